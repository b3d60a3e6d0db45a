using Intilery.AspNetCore.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Tests.Flows;

/// <summary>In by a passkey, in the shape of the Blazor template's endpoints.</summary>
internal static class PasskeyFlows
{
    public static IEnumerable<Flow> Rows =>
    [
        new("a passkey's creation by somebody signed in")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = visit => CreateAsync(visit, new PasskeyAuthenticator(visit.Origin)),
            Calls = ["in 2FA", "out 2FA"],
            Messages = [],
            Reasons = ["in intermediate-scheme", "out intermediate-scheme"],
        },
        new("a passkey's options")
        {
            Steps = visit => visit.PostAsync("/Account/PasskeyRequestOptions", string.Empty),
            Calls = ["in 2FA"],
            Messages = [],
            Reasons = ["in intermediate-scheme"],
        },
        new("a passkey's sign-in")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = async visit =>
            {
                using var authenticator = new PasskeyAuthenticator(visit.Origin);
                await CreateAsync(visit, authenticator);
                await visit.LogOutAsync();
                await visit.ServeAsync(context => context.Db().Users
                    .Where(user => user.Id == visit.IdOf("peter")).ExecuteUpdateAsync(set => set.SetProperty(user => user.PhoneNumber, "410-555-0000")));
                Assert.Equal("Succeeded", await SignInAsync(visit, authenticator));
            },
            Calls = ["in 2FA", "out 2FA", "out App", "out Ext", "out 2FA", "in 2FA", "out 2FA", "in App"],
            Messages = ["Signed Out peter", "identify peter by row", "Signed In peter"],
            Reasons =
            [
                "in intermediate-scheme", "out intermediate-scheme", "out intermediate-scheme", "out intermediate-scheme", "AspNetUsers bulk-change",
                "in intermediate-scheme", "out intermediate-scheme",
            ],
        },
        new("a passkey that nobody knows")
        {
            Given = visit => visit.IsSignedInAsync("peter"),
            Steps = async visit =>
            {
                using var stranger = new PasskeyAuthenticator(visit.Origin);
                Assert.Equal("Failed", await SignInAsync(visit, stranger));
            },
            Calls = ["in 2FA", "out 2FA"],
            Messages = [],
            Reasons = ["in intermediate-scheme", "out intermediate-scheme"],
        },
    ];

    private static async Task CreateAsync(Visit visit, PasskeyAuthenticator authenticator) =>
        await visit.PostAsync("/Account/Manage/Passkeys", authenticator.Create(await visit.PostAsync("/Account/PasskeyCreationOptions", string.Empty)));

    private static async Task<string> SignInAsync(Visit visit, PasskeyAuthenticator authenticator) =>
        await visit.PostAsync("/Account/Login", authenticator.Get(await visit.PostAsync("/Account/PasskeyRequestOptions", string.Empty)));
}
