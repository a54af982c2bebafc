//! What a gateway demands of those whom it lets pass, in the query of `/auth/verify` itself: `scope`,
//! `audience`, `project`.

use crate::error::{Error, Result};
use crate::oauth::{ErrorCode, OAuthError, Params, Scope};

use super::caller::Caller;

/// The options of one question; what is not given is not demanded.
pub(super) struct Demands<'a> {
    /// All of these.
    scope: Option<Scope>,
    /// `aud`.
    audience: Option<&'a str>,
    /// The slug of the project that owns the client.
    project: Option<&'a str>,
}

impl<'a> Demands<'a> {
    /// Other parameters mean nothing: some gateways add the original request's.
    ///
    /// # Errors
    /// `invalid_request` for a repeated option or a malformed scope: a mistake in the gateway's
    /// configuration must not let anybody pass.
    pub(super) fn read(options: &'a Params<'_>) -> Result<Self> {
        let scope = options.one("scope")?.map(Scope::parse).transpose();
        Ok(Self {
            scope: scope.map_err(|_| {
                OAuthError::invalid_request(
                    "scope must be names of printable ASCII without quotes, separated by single spaces.",
                )
            })?,
            audience: options.one("audience")?,
            project: options.one("project")?,
        })
    }

    /// Whether somebody who is live may pass; `audience` is that of every token of this server.
    ///
    /// # Errors
    /// `invalid_token` where it is meant for somebody else (as RFC 9068 §4 has it), `insufficient_scope`
    /// where it is of another project or has not all of the scope.
    pub(super) fn check(&self, caller: &Caller, audience: &str) -> Result<()> {
        if let Some(wanted) = self.audience.filter(|wanted| *wanted != audience) {
            let description = "The token is for another audience.";
            let refusal = OAuthError::new(ErrorCode::InvalidToken, description)
                .expecting([wanted], Some(audience));
            return Err(Error::challenged(refusal, None));
        }
        let refuse =
            |description: &'static str| OAuthError::new(ErrorCode::InsufficientScope, description);
        let challenge = |refusal| Error::challenged(refusal, self.scope.as_ref());
        let own = caller.client().project.as_deref();
        if let Some(wanted) = self.project.filter(|wanted| Some(*wanted) != own) {
            let refusal = refuse("The credential is of another project.");
            return Err(challenge(refusal.expecting([wanted], own)));
        }
        let missing = |wanted: &&Scope| !caller.scope().covers(wanted);
        if let Some(wanted) = self.scope.as_ref().filter(missing) {
            let own = caller.scope().as_str().replace(' ', "\n");
            let refusal = refuse("The request needs more scope.");
            return Err(challenge(refusal.expecting(wanted.names(), Some(&own))));
        }
        Ok(())
    }
}
