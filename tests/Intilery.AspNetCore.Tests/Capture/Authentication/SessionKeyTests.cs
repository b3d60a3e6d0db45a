using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Capture.Authentication;

public sealed class SessionKeyTests
{
    [Fact]
    public async Task Two_sessions_that_began_in_the_same_second_end_apart()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            ServicesBefore = services => services.AddSingleton<TimeProvider>(new FakeTimeProvider(new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero))),
        });
        await app.CreateUserAsync();
        using var one = app.OpenBrowser();
        using var other = app.OpenBrowser();
        await IdentityApp.SignInAsync(one);
        await IdentityApp.SignInAsync(other);
        await app.ForgetAsync();

        await IdentityApp.SignOutAsync(one);
        await IdentityApp.SignOutAsync(other);

        var calls = await app.RecordedAsync();
        Assert.Equal(["Signed Out", "Signed Out"], calls.Select(call => call.Event));
        Assert.NotEqual(calls[0].MessageId, calls[1].MessageId);
    }
}
