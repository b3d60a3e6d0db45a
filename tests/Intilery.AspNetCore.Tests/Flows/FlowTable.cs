namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>The matrix: every way in and out, chapter by chapter.</summary>
internal static class FlowTable
{
    public static IReadOnlyList<Flow> Rows { get; } =
    [
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
