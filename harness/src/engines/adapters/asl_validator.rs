//! asl-validator, a linter for Node.js, which serverless-step-functions runs too.

use super::{
    Adapter, Home, linter,
    package::{Package, Registry},
};
use crate::engines::{EngineProfile, linter::PATIENCE};

pub(super) const ADAPTER: Adapter = Adapter {
    name: PACKAGE.name,
    about: "A linter, the npm package of this name, installed under the engines' home; needs Node.js.",
    home: Home::Package(|| PACKAGE.presence()),
    profile,
    open: |choice, _| Box::pin(linter::open(&PACKAGE, choice, profile())),
};

fn profile() -> EngineProfile {
    linter::profile(&PACKAGE, false)
}

const PACKAGE: Package = Package {
    name: "asl-validator",
    from: Registry::Npm { beside: "" },
    script: concat!(
        include_str!("../linter/lines.mjs"),
        include_str!("../linter/asl_validator.mjs")
    ),
    patience: PATIENCE,
};
