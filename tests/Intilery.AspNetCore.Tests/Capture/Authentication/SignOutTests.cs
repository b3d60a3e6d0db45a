using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class SignOutTests
{
    [Fact]
    public async Task A_sign_out_is_one_event_of_the_user_who_was_signed_in()
    {
        await using var app = await IdentityApp.StartAsync();
        var peter = await app.CreateUserAsync();
        using var browser = await app.OpenSignedInAsync();

        await IdentityApp.SignOutAsync(browser);

        Payload.Equal(
            $$"""
            {
              "userId": "{{peter}}",
              "type": "track",
              "event": "Signed Out",
              "properties": { "username": "peter@example.com" },
              "context": {
                "page": { "path": "/Identity/Account/Logout" },
                "library": { "name": "Intilery.AspNetCore", "version": "*" },
                "app": { "name": "Intilery.AspNetCore.Tests", "version": "*" }
              },
              "messageId": "*",
              "timestamp": "*"
            }
            """,
            Assert.Single(await app.RecordedAsync()));
    }

    [Fact]
    public async Task Sessions_that_began_in_the_same_second_end_one_by_one()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup { ServicesBefore = services => services.AddSingleton<TimeProvider>(time) });
        var peter = await app.CreateUserAsync();
        using var desktop = app.OpenBrowser();
        using var phone = app.OpenBrowser();
        await IdentityApp.SignInAsync(desktop);
        await IdentityApp.SignInAsync(phone);
        await app.ForgetAsync();

        await IdentityApp.SignOutAsync(desktop);
        await IdentityApp.SignOutAsync(phone);

        var calls = await app.RecordedAsync();
        Assert.Equal([$"Signed Out {peter}", $"Signed Out {peter}"], calls.Select(call => call.ToString()));
        Assert.NotEqual(calls[0].MessageId, calls[1].MessageId);
    }
}
