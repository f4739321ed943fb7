//! Files of a member on a real host: what the next start will read, wherever it was left.

use crate::host_world::World;
use windlass_runner::ports::hand::Hand;
use windlass_targets::kafka::files::look;

#[tokio::test]
async fn a_configuration_and_what_lies_where_it_points() {
    let world = World::new();
    let hand = world.hand();
    let config = hand
        .declared(None)
        .expect("a declaration")
        .config
        .expect("a file");
    let data = world.dir().join("data");
    std::fs::create_dir_all(&data).expect("a folder");
    std::fs::write(data.join("meta.properties"), "cluster.id=c\nnode.id=1\n").expect("written");
    let text = format!("node.id=1\nlog.dirs={0},{0}2\n", data.display());
    std::fs::write(&config, text).expect("written");
    let seen = look(&hand, None).await.expect("a look");
    assert_eq!(seen.path.as_deref(), Some(config.as_str()));
    let settings = seen.settings.expect("declared").expect("read");
    assert_eq!(settings["node.id"], "1");
    let metas: Vec<bool> = seen
        .dirs
        .iter()
        .map(|dir| matches!(&dir.meta, Ok(Some(meta)) if meta["cluster.id"] == "c"))
        .collect();
    assert_eq!(metas, [true, false]);
    assert!(seen.dirs.iter().all(|dir| dir.volume.is_some()));
    std::fs::remove_file(&config).expect("removed");
    let seen = look(&hand, None).await.expect("a look");
    assert_eq!(seen.settings, Some(Err(format!("{config} is not there"))));
}
