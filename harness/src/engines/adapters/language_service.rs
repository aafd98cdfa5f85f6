//! AWS's language service, the linter of the AWS Toolkit for Visual Studio Code.

use super::{
    Adapter, Home, linter,
    package::{Package, Registry},
};
use crate::engines::{EngineProfile, linter::PATIENCE};

pub(super) const ADAPTER: Adapter = Adapter {
    name: PACKAGE.name,
    about: "The linter of the AWS Toolkit, the npm package of this name, under the engines' home; needs Node.js.",
    home: Home::Package(|| PACKAGE.presence()),
    profile,
    open: |choice, _| Box::pin(linter::open(&PACKAGE, choice, profile())),
};

fn profile() -> EngineProfile {
    linter::profile(&PACKAGE, false)
}

const PACKAGE: Package = Package {
    name: "amazon-states-language-service",
    from: Registry::Npm { beside: "" },
    script: concat!(
        include_str!("../linter/lines.mjs"),
        include_str!("../linter/language_service.mjs")
    ),
    patience: PATIENCE,
};
