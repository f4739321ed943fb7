//! The binary as its users run it, without a cluster: whole outputs at 80 columns.

mod address;
mod carriers;
mod catalogs;
mod check;
mod clusters;
mod demo;
mod files;
mod help;
mod hours;
mod keep;
mod live;
mod rehearse;
mod run;
mod scenarios;
mod usage;
mod waivers;
