//! cfn-lint, AWS's linter of CloudFormation templates.

use super::{
    Adapter, Home, linter,
    package::{Package, Registry},
};
use crate::engines::{EngineProfile, linter::PATIENCE};

pub(super) const ADAPTER: Adapter = Adapter {
    name: PACKAGE.name,
    about: "AWS's linter of CloudFormation templates, the PyPI package of this name, under the engines' home.",
    home: Home::Package(|| PACKAGE.presence()),
    profile,
    open: |choice, _| Box::pin(linter::open(&PACKAGE, choice, profile())),
};

fn profile() -> EngineProfile {
    linter::profile(&PACKAGE, true)
}

const PACKAGE: Package = Package {
    name: "cfn-lint",
    from: Registry::PyPi,
    script: concat!(
        include_str!("../linter/lines.py"),
        include_str!("../linter/cfn_lint.py")
    ),
    patience: PATIENCE,
};
