//! Logins that a docker credential helper keeps: a program `docker-credential-NAME` that is given a server's address and
//! answers with a user and a password.

use std::ffi::OsStr;
use std::process::Stdio;
use std::time::Duration;

use oci_client::secrets::RegistryAuth;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// How long a helper may take: it may ask a cloud.
const ANSWER: Duration = Duration::from_secs(30);
/// How a helper names the user of what is no password, but the right to ask for one.
const IDENTITY: &str = "<token>";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// Asks a helper for the login to a server. What it says when it fails is not told: nobody knows what is in it.
pub(super) async fn login(program: impl AsRef<OsStr>, server: &str) -> Result<RegistryAuth, String> {
    let name = program.as_ref().display().to_string();
    let mut command = Command::new(program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let asked = async {
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // One that does not read what it is asked for says so by its answer.
            let _ = stdin.write_all(server.as_bytes()).await;
        }
        child.wait_with_output().await
    };
    let output = match timeout(ANSWER, asked).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) => return Err(format!("{name} cannot be run: {error}")),
        Err(_) => return Err(format!("{name} did not answer within {} s", ANSWER.as_secs())),
    };
    if !output.status.success() {
        return Err(format!("{name} has no login for {server} ({})", output.status));
    }
    let answer: Answer = serde_json::from_slice(&output.stdout).map_err(|_| format!("{name} answered with something that is no login"))?;
    match answer.username.as_str() {
        IDENTITY => {
            Err(format!("{name} has an identity token for {server}, which cannot be used: log in with a password, or give a token"))
        }
        // Nobody, as docker has it.
        "" => Ok(RegistryAuth::Anonymous),
        _ => Ok(RegistryAuth::Basic(answer.username, answer.secret)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn what_helpers_say() {
        let basic = |user: &str, password: &str| Ok(RegistryAuth::Basic(user.to_owned(), password.to_owned()));
        let known = "read -r server; [ \"$1 $server\" = 'get eu.example.com' ] && printf '{\"ServerURL\":\"\",\"Username\":\"leo\",\"Secret\":\"hush\"}'";
        for (script, expected) in [
            (known, basic("leo", "hush")),
            ("echo '{\"Username\":\"\",\"Secret\":\"\"}'", Ok(RegistryAuth::Anonymous)),
            ("echo 'hush'; exit 1", Err("has no login for eu.example.com (exit status: 1)")),
            ("echo 'hush'", Err("answered with something that is no login")),
            (
                "echo '{\"Username\":\"<token>\",\"Secret\":\"hush\"}'",
                Err("has an identity token for eu.example.com, which cannot be used: log in with a password, or give a token"),
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let program = folder.path().join("docker-credential-test");
            std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
            let said = login(&program, "eu.example.com").await;
            let expected = expected.map_err(|text| format!("{} {}", program.display(), text));
            assert_eq!(said, expected, "{script}");
        }
        let missing = login("/nowhere/docker-credential-test", "eu.example.com").await.unwrap_err();
        assert!(missing.starts_with("/nowhere/docker-credential-test cannot be run: "), "{missing}");
    }
}
