//! At the doors of a cluster: what is declared of it, and what it is, are not the same.

use xtask::peers::kafka::USER;

use crate::reach::Doors;

fn login<'a>(mechanism: &'a str, password: &'a str) -> [&'a str; 6] {
    [
        "--sasl",
        mechanism,
        "--user",
        USER,
        "--password-file",
        password,
    ]
}

pub fn wrong_password(doors: &mut Doors) {
    let (ca, wrong) = (doors.ca(), doors.file("wrong"));
    for (name, mechanism) in [("SCRAM", "SCRAM-SHA-256"), ("WORD", "PLAIN")] {
        let [a, b, c, d, e, f] = login(mechanism, &wrong);
        doors.says(
            name,
            &["--tls-ca", &ca, a, b, c, d, e, f],
            &[
                "does not let us in",
                "wrong password, or no user `ops`",
                &format!("the password was read from {wrong}"),
            ],
        );
    }
    let right = doors.file("password");
    let [a, b, c, d, e, f] = login("PLAIN", &right);
    doors.enters("WORD", &["--tls-ca", &ca, a, b, c, d, e, f]);
}

pub fn certificate_ended(doors: &mut Doors) {
    doors.says(
        "OLD",
        &["--tls-ca", &doors.ca()],
        &["certificate has ended on 2021-01-01", "needs a new one"],
    );
    doors.enters("ONE", &["--tls-ca", &doors.ca()]);
}

pub fn tls_asked_in_plain(doors: &mut Doors) {
    doors.says("ONE", &[], &["looks like TLS", "declare `tls`"]);
    doors.enters("ONE", &["--tls-ca", &doors.ca()]);
}

pub fn plain_asked_by_tls(doors: &mut Doors) {
    doors.says(
        "BARE",
        &["--tls-ca", &doors.ca()],
        &[
            "as a listener without TLS does",
            "is this the right port, or is there no `tls` there?",
        ],
    );
    let password = doors.file("password");
    doors.enters("BARE", &login("SCRAM-SHA-256", &password));
}
