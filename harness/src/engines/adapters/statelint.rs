//! statelint, the Python port of AWS's linter of that name, which is a Ruby gem.

use super::{
    Adapter, Home, linter,
    package::{Package, Registry},
};
use crate::engines::{EngineProfile, linter::PATIENCE};

pub(super) const ADAPTER: Adapter = Adapter {
    name: PACKAGE.name,
    about: "A linter, the PyPI port of AWS's Ruby gem of this name, installed under the engines' home.",
    home: Home::Package(|| PACKAGE.presence()),
    profile,
    open: |choice, _| Box::pin(linter::open(&PACKAGE, choice, profile())),
};

fn profile() -> EngineProfile {
    linter::profile(&PACKAGE, false)
}

const PACKAGE: Package = Package {
    name: "statelint",
    from: Registry::PyPi,
    script: concat!(
        include_str!("../linter/lines.py"),
        include_str!("../linter/statelint.py")
    ),
    patience: PATIENCE,
};
