use keystead_core::{
    Result,
    keystead::{Retested, TestDialect, TestDraft, TestKey, TryRegion},
    probe::TestReport,
};
use tauri::command;

use super::Domain;

#[command]
pub(crate) async fn test_draft(keystead: Domain<'_>, req: TestDraft) -> Result<TestReport> {
    keystead.test_draft(req).await
}

#[command]
pub(crate) async fn test_key(keystead: Domain<'_>, req: TestKey) -> Result<TestReport> {
    keystead.test_key(req).await
}

#[command]
pub(crate) async fn try_region(keystead: Domain<'_>, req: TryRegion) -> Result<TestReport> {
    keystead.try_region(req).await
}

#[command]
pub(crate) async fn test_dialect(keystead: Domain<'_>, req: TestDialect) -> Result<TestReport> {
    keystead.test_dialect(req).await
}

#[command]
pub(crate) async fn retest_due(keystead: Domain<'_>) -> Result<Vec<Retested>> {
    keystead.retest_due().await
}

#[command]
pub(crate) async fn cancel_test(keystead: Domain<'_>, run: String) -> Result<()> {
    keystead.cancel_test(&run);
    Ok(())
}
