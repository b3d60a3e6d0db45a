using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Hosting;

/// <summary>With an account, without one, capturing only, switched off.</summary>
public sealed class AccountModeTests
{
    private static readonly Dictionary<string, string?> _noAccount = new() { ["Intilery:ClientId"] = null, ["Intilery:AuthToken"] = null };

    [Fact]
    public async Task Development_without_an_account_shows_events_keeps_none_and_says_so_once()
    {
        await using var app = await IdentityApp.StartAsync(new() { Environment = "Development", Settings = _noAccount });
        await SignInAsync(app);
        await app.StopAsync();

        Assert.Single(app.Log.Ours, line => line is { Id: 2, Level: LogLevel.Warning });
        Assert.Contains(app.Log.Ours, line => line.Id == 200 && line.Message.StartsWith("Captured Signed In of user", StringComparison.Ordinal));
        Assert.IsType<CaptureOnlyOutbox>(app.Services.GetRequiredService<IOutboxAppender>());
    }

    [Fact]
    public async Task Production_without_an_account_does_not_start()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => IdentityApp.StartAsync(new() { Settings = _noAccount }));

        Assert.Contains("Intilery__AuthToken", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Intilery__CaptureOnly", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Intilery__Enabled=false", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Capturing_only_in_Development_shows_events_and_keeps_none()
    {
        await using var app = await IdentityApp.StartAsync(new() { Environment = "Development", Settings = new() { ["Intilery:CaptureOnly"] = "true" } });
        await SignInAsync(app);
        await app.StopAsync();

        Assert.Single(app.Log.Ours, line => line.Id == 6);
        Assert.DoesNotContain(app.Log.Ours, line => line.Id == 2);
        Assert.Contains(app.Log.Ours, line => line.Id == 200 && line.Message.StartsWith("Captured Signed In of user", StringComparison.Ordinal));
        Assert.IsType<CaptureOnlyOutbox>(app.Services.GetRequiredService<IOutboxAppender>());
    }

    [Fact]
    public async Task Capturing_only_in_Production_logs_ids_at_debug_and_no_personal_data()
    {
        await using var app = await IdentityApp.StartAsync(new() { Settings = new() { ["Intilery:CaptureOnly"] = "true" } });
        await SignInAsync(app);
        await app.StopAsync();

        Assert.DoesNotContain(app.Log.Ours, line => line.Id == 200);
        Assert.DoesNotContain(app.Log.Ours, line => line.Message.Contains('@', StringComparison.Ordinal));
        var line = Assert.Single(app.Log.Ours, line => line.Id == 206 && line.Message.StartsWith("Captured Signed In of user", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Debug, line.Level);
        Assert.Matches("^Captured Signed In of user [^ ]+, account none, as message [0-9a-f]{32}[.]$", line.Message);
    }

    [Fact]
    public async Task Switched_off_it_says_so_and_nothing_else()
    {
        await using var app = await IdentityApp.StartAsync(new() { Settings = new() { ["Intilery:Enabled"] = "false" } });
        await SignInAsync(app);
        await app.StopAsync();

        Assert.Equal(3, Assert.Single(app.Log.Ours).Id);
        Assert.Empty(await app.EventsAsync());
    }

    [Fact]
    public async Task Under_TestServer_nothing_goes_to_an_address_that_is_not_loopback()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Settings = new() { ["Intilery:BaseAddress"] = "https://tracking.example.test", ["Intilery:Delivery:Enabled"] = "true" },
        });
        await SignInAsync(app);
        await app.StopAsync();

        Assert.Contains("nothing is sent to tracking.example.test", Assert.Single(app.Log.Ours, line => line.Id == 7).Message, StringComparison.Ordinal);
        Assert.IsType<CaptureOnlyOutbox>(app.Services.GetRequiredService<IOutboxAppender>());
    }

    [Fact]
    public async Task Under_TestServer_asked_for_it_events_are_kept_for_any_address()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Settings = new() { ["Intilery:BaseAddress"] = "https://tracking.example.test", ["Intilery:Delivery:UnderTestServer"] = "true" },
        });
        await SignInAsync(app);

        Assert.All(await app.RecordedAsync(), call => Assert.StartsWith("https://tracking.example.test/track/", call.Destination, StringComparison.Ordinal));
        Assert.Contains("Signed In", await app.EventsAsync());
    }

    private static async Task SignInAsync(IdentityApp app)
    {
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
    }
}
