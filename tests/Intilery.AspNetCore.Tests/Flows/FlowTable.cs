namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>The matrix: every way to become a user, in and out, chapter by chapter.</summary>
internal static class FlowTable
{
    public static IReadOnlyList<Flow> Rows { get; } =
    [
        .. SaveFlows.Rows,
        .. TransactionFlows.Rows,
        .. PasswordFlows.Rows,
        .. LiveSessionFlows.Rows,
        .. SignOutFlows.Rows,
        .. TwoFactorFlows.Rows,
        .. ExternalFlows.Rows,
        .. PasskeyFlows.Rows,
        .. TokenFlows.Rows,
        .. CookieFlows.Rows,
        .. ValidationFlows.Rows,
        .. UnfinishedFlows.Rows,
        .. CustomisedFlows.Rows,
    ];
}
