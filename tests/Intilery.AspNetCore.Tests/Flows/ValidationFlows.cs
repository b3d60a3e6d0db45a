using Microsoft.AspNetCore.Authentication;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>What the server does with a session by itself: renews it, looks at its stamp, rejects it, lets it end.</summary>
internal static class ValidationFlows
{
    private static readonly string[] _rejected = ["out App", "out Ext", "out 2FA", "out Rem"];
    private static readonly string[] _intermediate = ["out intermediate-scheme", "out intermediate-scheme", "out intermediate-scheme"];

    // Identity's own interval, after which a request looks at the stamp; half of a session's life is later.
    private static readonly TimeSpan _validation = TimeSpan.FromMinutes(31);

    public static IEnumerable<Flow> Rows =>
    [
        new("a sliding renewal")
        {
            Host = FlowHost.PlainCookies,
            Given = visit => visit.ServeAsync(context => context.SignInAsync(visit.PrincipalOf("peter"))),
            Steps = async visit =>
            {
                var before = visit.Jar.Cookies.GetAllCookies()[".AspNetCore.Cookies"]!.Value;
                visit.App.Time.Advance(IdentityShape.Lifetime * 0.6);
                Assert.Equal(visit.EmailOf("peter"), await visit.NameAsync());
                Assert.NotEqual(before, visit.Jar.Cookies.GetAllCookies()[".AspNetCore.Cookies"]!.Value);
            },
            Calls = [],
            Messages = [],
            Reasons = [],
        },
        new("a stamp that is still right")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = async visit =>
            {
                var before = SessionOf(visit);
                visit.App.Time.Advance(_validation);
                Assert.Equal(visit.EmailOf("peter"), await visit.NameAsync());
                Assert.NotEqual(before, SessionOf(visit));
            },
            Calls = [],
            Messages = [],
            Reasons = [],
        },
        new("a stamp that is rejected")
        {
            Given = IsRevokedAsync,
            Steps = async visit => Assert.Equal("nobody", await visit.NameAsync()),
            Calls = _rejected,
            Messages = [],
            Reasons = [.. _intermediate, "out revoked"],
        },
        new("a stamp that is rejected, SignOut:WhenRevoked, on a remote store")
        {
            Host = FlowHost.RemoteStore,
            Given = IsRevokedAsync,
            Steps = async visit => Assert.Equal("nobody", await visit.NameAsync()),
            Calls = _rejected,
            Messages = ["Signed Out peter"],
            Reasons = _intermediate,
        },
        new("a stamp that is rejected in six requests with one ticket, SignOut:WhenRevoked, on a remote store")
        {
            Host = FlowHost.RemoteStore,
            IsSideBySide = true,
            Given = IsRevokedAsync,
            Steps = async visit =>
            {
                var tabs = Enumerable.Range(0, 6).Select(_ =>
                {
                    var tab = visit.OpenBrowser(out var jar);
                    jar.Cookies.Add(visit.Jar.Cookies.GetAllCookies());
                    return visit.NameAsync(tab);
                });
                Assert.Equal(Enumerable.Repeat("nobody", 6), await Task.WhenAll(tabs));
            },
            Calls = [.. Enumerable.Repeat(_rejected, 6).SelectMany(calls => calls)],
            Messages = ["Signed Out peter"],
            Reasons = [.. Enumerable.Repeat(_intermediate, 6).SelectMany(reasons => reasons), .. Enumerable.Repeat("out duplicate", 5)],
        },
        new("a stamp that is rejected, and a login in the same request")
        {
            Given = IsRevokedAsync,
            Steps = visit => visit.ServeAsync(async context =>
                await context.SignIns().SignInAsync(await context.UserAsync(visit.IdOf("peter")), isPersistent: false)),
            Calls = [.. _rejected, "in App"],
            Messages = ["Signed In peter"],
            Reasons = [.. _intermediate, "out revoked", "identify unchanged"],
        },
        new("an expiry")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = async visit =>
            {
                visit.App.Time.Advance(IdentityShape.Lifetime + TimeSpan.FromMinutes(1));
                Assert.Equal("nobody", await visit.NameAsync());
            },
            Calls = [],
            Messages = [],
            Reasons = [],
        },
        new("a login after the expiry")
        {
            Given = async visit =>
            {
                await visit.IsSignedInAsync("peter");
                visit.App.Time.Advance(IdentityShape.Lifetime + TimeSpan.FromMinutes(1));
            },
            Steps = visit => visit.LogInAsync("peter"),
            Calls = ["out Ext", "in App"],
            Messages = ["Signed In peter"],
            Reasons = ["out intermediate-scheme", "identify unchanged"],
        },
    ];

    /// <summary>Signs Peter in, changes his stamp, and lets the time pass after which a request looks at it.</summary>
    public static async Task IsRevokedAsync(Visit visit)
    {
        await visit.IsSignedInAsync("peter");
        await visit.ChangeAsync("peter", (users, peter) => users.UpdateSecurityStampAsync(peter));
        visit.App.Time.Advance(_validation);
    }

    private static string SessionOf(Visit visit) => visit.Jar.Cookies.GetAllCookies()[".AspNetCore.Identity.Application"]!.Value;
}
