//! Findings that were reported, and those among them that became the same case.

use std::path::Path;

use crate::{
    run::Context,
    store::{FindingFiles, FindingRecord, ReductionRecord, StoreError, write_page},
};

/// A finding that was reported with its case.
#[derive(Debug)]
pub(super) struct Reported {
    pub finding: FindingRecord,
    pub reduction: ReductionRecord,
    /// The number of the finding to which it is another way, if it is one.
    pub same_as: Option<u32>,
}

impl Reported {
    /// The number of its root.
    pub fn root(&self) -> u32 {
        self.same_as.unwrap_or(self.finding.number)
    }
}

/// The number of the first finding with the same case and the same differences, if there is one.
pub(super) fn same_case(reported: &[Reported], reduction: &ReductionRecord) -> Option<u32> {
    let differences = differences(reduction);
    let mut reported = reported.iter();
    let first = reported.find(|it| {
        !differences.is_empty()
            && it.reduction.minimal.body == reduction.minimal.body
            && self::differences(&it.reduction) == differences
    });
    first.map(Reported::root)
}

/// The signatures of what differs in a smallest case, in order.
fn differences(reduction: &ReductionRecord) -> Vec<String> {
    let judgement = reduction.detail.judgement.iter();
    let differences = judgement.flat_map(|it| &it.differences);
    let mut signatures: Vec<String> = differences.map(|it| it.signature.to_string()).collect();
    signatures.sort_unstable();
    signatures
}

/// Writes the pages of these findings again.
pub(super) fn write_pages(
    context: &Context,
    run: &Path,
    reported: &[Reported],
    numbers: &[u32],
) -> Result<(), StoreError> {
    let wanted = reported
        .iter()
        .filter(|it| numbers.contains(&it.finding.number));
    for it in wanted {
        let Reported {
            finding, reduction, ..
        } = it;
        let ways = reported
            .iter()
            .filter(|other| other.same_as == Some(finding.number));
        let ways = ways.map(|it| (it.finding.number, it.finding.signature.clone()));
        let mut page = context.judge.finding(finding, reduction);
        page.same_as = it.same_as;
        page.others = ways.collect();
        let files = FindingFiles::of(run, finding.number, &finding.slug);
        write_page(&files, &page.markdown())?;
    }
    Ok(())
}
