//! What is only true over ssh: whom we trust, who we are, and what happens when the way is cut.

use crate::daemon::Sshd;
use crate::host_world::{
    PATIENCE, World, claimed, ensure, failure, fence, running, runs_at, secrets, signal, until,
};
use rustix::process::Signal;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use windlass_engine::effect::{ClaimAnswer, FailureCode, Outcome};
use windlass_runner::ports::hand::{Hand, Running};
use windlass_runner::ports::secrets::Source;
use windlass_targets::host::ssh::{HostKeys, Login, SshReach};

fn unknown(running: Running) -> String {
    match running {
        Running::Unknown(why) => why,
        other @ (Running::Process { .. } | Running::Nothing) => panic!("seen: {other:?}"),
    }
}

/// As `ssh-keygen -l` shows a public key.
fn fingerprint(path: &std::path::Path) -> String {
    let output = Command::new("ssh-keygen").arg("-lf").arg(path).output();
    let text = String::from_utf8_lossy(&output.expect("a fingerprint").stdout).into_owned();
    text.split(' ').nth(1).expect("a fingerprint").into()
}

#[tokio::test]
async fn a_host_that_shows_another_key_is_refused_with_what_was_found_and_expected() {
    let mut world = World::over_ssh();
    let folder = world.root().join("sshd");
    let expected = fingerprint(&folder.join("host.pub"));
    let pinned = HostKeys::pinned(&[world.sshd().host_key().expect("a key")]).expect("a key");
    world.sshd().down();
    world.sshd().keygen("host", "").expect("another key");
    world.sshd().up().expect("up again");
    let found = fingerprint(&folder.join("host.pub"));
    for (keys, place) in [
        (pinned, "`hostKey`"),
        (
            HostKeys::File(folder.join("known_hosts")),
            "known_hosts line 1",
        ),
    ] {
        let mut spec = world.ssh_spec();
        spec.host_keys = keys;
        let hand = world.hand_over(SshReach::new(spec, secrets()));
        let why = unknown(hand.look().await.running);
        assert!(
            why.contains(&format!(
                "shows the host key {found} (ssh-ed25519), expected {expected} (ssh-ed25519)"
            )),
            "{why}"
        );
        assert!(
            why.contains(place) && why.contains("nothing was sent to it"),
            "{why}"
        );
        let ClaimAnswer::Unreachable { why: claim, .. } = hand.claim(&fence(1)).await else {
            panic!("claimed");
        };
        assert_eq!(claim, why);
        let deed = ensure(1, &[], "1.0.0");
        let failed = failure(hand.ensure(&deed, &fence(1), PATIENCE).await);
        assert_eq!((failed.code, failed.what), (FailureCode::NotReady, why));
    }
    // Unknown is not trusted either.
    fs::write(folder.join("known_hosts"), "").expect("written");
    let why = unknown(world.hand().look().await.running);
    assert!(
        why.contains("knows no key of it") && why.contains(&found),
        "{why}"
    );
    assert_eq!(world.mark(), "");
    assert!(
        !world.sshd().log().contains("Accepted"),
        "somebody logged in"
    );
}

#[tokio::test]
async fn a_key_that_is_not_taken_is_named_and_so_is_one_that_others_may_read() {
    let mut world = World::over_ssh();
    let other = world.sshd().keygen("other", "").expect("a key");
    let says = async |logins: Vec<Login>| {
        let mut spec = world.ssh_spec();
        spec.logins = logins;
        unknown(
            world
                .hand_over(SshReach::new(spec, secrets()))
                .look()
                .await
                .running,
        )
    };
    let key = |file: &std::path::Path| Login::Key {
        from: Source::File(file.into()),
        passphrase: None,
    };
    let refused = says(vec![key(&other), Login::Agent { socket: None }]).await;
    assert!(refused.contains("did not let"), "{refused}");
    assert!(
        refused.contains(&format!(
            "the key of {}, {}",
            other.display(),
            fingerprint(&other)
        )),
        "{refused}"
    );
    assert!(
        refused.ends_with("no ssh-agent: SSH_AUTH_SOCK is not set"),
        "{refused}"
    );
    let missing = says(vec![key(&world.root().join("nowhere"))]).await;
    assert!(
        missing.contains("was not asked to let")
            && missing.contains("nowhere cannot be read: No such file"),
        "{missing}"
    );
    let public = says(vec![key(&other.with_extension("pub"))]).await;
    assert!(
        public.contains("is a public key: name the private one"),
        "{public}"
    );
    let readable = world.root().join("sshd/readable");
    fs::copy(&other, &readable).expect("copied");
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(&readable, fs::Permissions::from_mode(0o644)).expect("set");
    let open = says(vec![key(&readable)]).await;
    assert!(open.contains("may be read by others (mode 0644)"), "{open}");
}

#[tokio::test]
async fn a_key_with_a_passphrase_opens_with_the_file_that_holds_it() {
    let mut world = World::over_ssh();
    let locked = world.sshd().keygen("locked", "open sesame").expect("a key");
    let folder = world.root().join("sshd");
    fs::copy(folder.join("locked.pub"), folder.join("authorized")).expect("authorized");
    let words = folder.join("words");
    let hand = |text: Option<&str>| {
        let mut spec = world.ssh_spec();
        let passphrase = text.map(|text| {
            fs::write(&words, text).expect("written");
            Source::File(words.clone())
        });
        spec.logins = vec![Login::Key {
            from: Source::File(locked.clone()),
            passphrase,
        }];
        world.hand_over(SshReach::new(spec, secrets()))
    };
    assert_eq!(
        hand(Some("open sesame\n")).look().await.running,
        Running::Nothing
    );
    let without = unknown(hand(None).look().await.running);
    assert!(without.contains("has a passphrase"), "{without}");
    let wrong = unknown(hand(Some("closed barley")).look().await.running);
    assert!(
        wrong.contains("cannot be read as a key with the passphrase of"),
        "{wrong}"
    );
    assert!(!wrong.contains("barley"), "{wrong}");
}

struct Agent(Child, std::path::PathBuf);
impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn agent(world: &World) -> Agent {
    let socket = world.root().join("agent");
    let child = Command::new("ssh-agent")
        .arg("-D")
        .arg("-a")
        .arg(&socket)
        .stdout(Stdio::null())
        .spawn()
        .expect("an agent");
    Agent(child, socket)
}

fn add(agent: &Agent, key: &std::path::Path) {
    let done = Command::new("ssh-add")
        .arg("-q")
        .arg(key)
        .env("SSH_AUTH_SOCK", &agent.1)
        .status();
    assert!(done.expect("ssh-add").success());
}

#[tokio::test]
async fn an_agent_logs_in_with_the_key_that_is_taken() {
    let mut world = World::over_ssh();
    let agent = agent(&world);
    until("the agent listens", || agent.1.exists()).await;
    let other = world.sshd().keygen("other", "").expect("a key");
    let hand = |world: &World| {
        let mut spec = world.ssh_spec();
        spec.logins = vec![Login::Agent {
            socket: Some(agent.1.clone()),
        }];
        world.hand_over(SshReach::new(spec, secrets()))
    };
    let empty = unknown(hand(&world).look().await.running);
    assert!(empty.contains("it holds no key"), "{empty}");
    add(&agent, &other);
    let wrong = unknown(hand(&world).look().await.running);
    assert!(wrong.contains("none of its keys was taken"), "{wrong}");
    add(&agent, &world.sshd().user_key());
    assert_eq!(hand(&world).look().await.running, Running::Nothing);
}

#[tokio::test]
async fn a_host_behind_another_is_reached_through_it_and_each_has_its_own_key() {
    let mut world = World::over_ssh();
    let jump = Sshd::start(&world.root().join("jump"), &[]).expect("a jump host");
    let mut spec = world.ssh_spec();
    spec.jump = Some(Box::new(crate::host_world::ssh_spec(
        &world.root().join("jump"),
    )));
    let hand = world.hand_over(SshReach::new(spec.clone(), secrets()));
    let run = fence(1);
    assert_eq!(hand.claim(&run).await, claimed());
    let outcome = hand.ensure(&ensure(1, &[], "1.0.0"), &run, PATIENCE).await;
    assert_eq!(outcome, Outcome::Done);
    runs_at(&hand, "1.0.0").await;
    assert_eq!((jump.connections(), world.sshd().connections()), (1, 1));
    assert!(jump.log().contains("Accepted publickey"), "{}", jump.log());
    // The jump host is asked for its own key, and named.
    let through = spec.jump.as_mut().expect("a jump");
    through.host_keys =
        HostKeys::pinned(&[world.sshd().host_key().expect("a key")]).expect("a key");
    let why = unknown(
        world
            .hand_over(SshReach::new(spec, secrets()))
            .look()
            .await
            .running,
    );
    assert!(why.contains("not reached, its jump host: "), "{why}");
    assert!(
        why.contains(&format!("[127.0.0.1]:{} shows the host key", jump.port())),
        "{why}"
    );
}

#[tokio::test]
async fn a_connection_cut_in_mid_deed_is_found_again_with_the_deed_done() {
    let mut world = World::over_ssh();
    world.mode("stubborn");
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    runs_at(&hand, "1.0.0").await;
    until("it listens", || world.log().contains("as stubborn")).await;
    let deed = ensure(1, &["1.0.0"], "2.0.0");
    let mut first = hand.ensure(&deed, &run, PATIENCE);
    let told = until("it is told to stop", || {
        world.log().contains("told to stop")
    });
    tokio::select! {
        outcome = &mut first => panic!("answered early: {outcome:?}"),
        () = told => {}
    }
    world.sshd().cut();
    // The script goes on; we come again and read how far it is.
    let step = "told to stop".into();
    assert_eq!(first.await, Outcome::NotYet { step });
    world.mode("plain");
    signal(world.pid().expect("a pid"), Signal::KILL);
    until("the new one begins", || {
        world.log().contains("2.0.0 begins")
    })
    .await;
    assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
    runs_at(&hand, "2.0.0").await;
    assert_eq!(world.log().matches("2.0.0 begins").count(), 1);
    assert_eq!(world.log().matches("told to stop").count(), 1);
}

#[tokio::test]
async fn a_host_that_does_not_answer_is_waited_for_and_never_called_changed() {
    let mut world = World::over_ssh();
    let hand = world.raised("1.0.0").await;
    let run = fence(2);
    hand.claim(&run).await;
    let before = runs_at(&hand, "1.0.0").await;
    world.sshd().down();
    let why = unknown(hand.look().await.running);
    assert!(why.contains("Connection refused"), "{why}");
    let mut deed = ensure(1, &["1.0.0"], "2.0.0");
    deed.incarnation = Some(before.clone());
    let waits = hand.ensure(&deed, &run, PATIENCE).await;
    let Outcome::NotYet { step } = &waits else {
        panic!("{waits:?}");
    };
    assert!(step.starts_with("waiting for its host: "), "{step}");
    // The same words again, so that a run writes them down once.
    assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, waits);
    assert!(matches!(
        hand.claim(&run).await,
        ClaimAnswer::Unreachable { .. }
    ));
    assert!(hand.log(3).await.is_err());
    world.sshd().up().expect("up again");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(runs_at(&hand, "1.0.0").await, before);
    assert_eq!(hand.ensure(&deed, &run, PATIENCE).await, Outcome::Done);
    runs_at(&hand, "2.0.0").await;
}

#[tokio::test]
async fn a_held_lock_is_let_go_when_the_way_is_cut() {
    let mut world = World::over_ssh();
    let hand = world.hand();
    hand.claim(&fence(1)).await;
    let held = hand.hold(&fence(1)).await.expect("held");
    let newer = fence(2);
    let mut claim = hand.claim(&newer);
    let waited = tokio::time::timeout(Duration::from_millis(300), &mut claim).await;
    assert!(waited.is_err(), "the claim passed a held lock");
    world.sshd().cut();
    // The claim's own connection was cut too; it is left again.
    drop(claim);
    let again = async {
        while hand.claim(&newer).await != claimed() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), again)
        .await
        .expect("claimed");
    drop(held);
}

#[tokio::test]
async fn no_more_sessions_are_asked_for_than_declared_and_looks_go_on_beside_deeds() {
    // The server takes two sessions a connection, and says no to a third.
    let mut world = World::behind(&["MaxSessions 2"]);
    world.mode("stubborn");
    let mut spec = world.ssh_spec();
    spec.sessions = 2;
    let reach = SshReach::new(spec, secrets());
    let hand = Arc::new(world.hand_over(reach));
    let first = fence(1);
    hand.claim(&first).await;
    hand.ensure(&ensure(1, &[], "1.0.0"), &first, PATIENCE)
        .await;
    runs_at(&hand, "1.0.0").await;
    until("it listens", || world.log().contains("as stubborn")).await;
    let waiting = {
        let hand = Arc::clone(&hand);
        tokio::spawn(async move {
            hand.ensure(&ensure(2, &["1.0.0"], "2.0.0"), &fence(1), PATIENCE)
                .await
        })
    };
    until("it is told to stop", || {
        world.log().contains("told to stop")
    })
    .await;
    let looks = (0..12).map(|_| running(&hand));
    for (release, _) in futures_util::future::join_all(looks).await {
        assert_eq!(release, "1.0.0");
    }
    assert!(!waiting.is_finished());
    signal(world.pid().expect("a pid"), Signal::KILL);
    assert_eq!(waiting.await.expect("ended"), Outcome::Done);
    assert_eq!(world.sshd().connections(), 1);
}
