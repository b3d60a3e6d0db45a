using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Hosting;

/// <summary>What is written where nobody reads it would be believed to work.</summary>
public sealed class ConfigurationDoubtsTests
{
    [Fact]
    public async Task Keys_that_mean_nothing_are_named_once()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Settings = new() { ["Intilery:Typo"] = "x", ["Intilery:Outbox:Pth"] = "/tmp/x", ["Intilery:Tenant:ClaimTypes:x"] = "y" },
        });
        await app.StopAsync();

        Assert.Equal(
            "The section Intilery of the configuration has unknown keys, perhaps misspelled: "
            + "Intilery:Outbox:Pth, Intilery:Tenant:ClaimTypes:x, Intilery:Typo.",
            Assert.Single(app.Log.Ours, line => line is { Id: 9, Level: LogLevel.Warning }).Message);
    }

    [Fact]
    public async Task A_value_where_a_section_or_a_list_belongs_stops_the_start()
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => IdentityApp.StartAsync(new()
        {
            Settings = new()
            {
                ["Intilery:Delivery"] = "false", ["Intilery:TrackedSchemes"] = "Cookies", ["Intilery:Outbox:CommitTimeout"] = "1",
            },
        }));

        Assert.Equal(
            [
                "Intilery:Delivery is 'false', but is a section: set the keys below it.",
                "Intilery:Outbox:CommitTimeout is '1', which is not a duration such as 00:00:05.",
                "Intilery:TrackedSchemes is 'Cookies', but is a list: set the values below it, by :0, :1 and so on.",
            ],
            refused.Failures.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_tracked_scheme_that_is_not_registered_is_a_warning()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Settings = new() { ["Intilery:TrackedSchemes:0"] = "Nope", ["Intilery:TrackedSchemes:1"] = "Identity.Application" },
        });
        await app.StopAsync();

        Assert.Equal(
            "Intilery:TrackedSchemes names schemes that are not registered: Nope. "
            + "Registered: Identity.Application, Identity.External, Identity.TwoFactorRememberMe, Identity.TwoFactorUserId.",
            Assert.Single(app.Log.Ours, line => line is { Id: 10, Level: LogLevel.Warning }).Message);
    }

    [Fact]
    public async Task Who_only_records_says_so_in_the_start_up_line()
    {
        await using var app = await IdentityApp.StartAsync();
        await app.StopAsync();

        Assert.EndsWith(
            "Destination: http://127.0.0.1:9/track/acme/acme/ACME (recorded only, Intilery:Delivery:Enabled is off).",
            Assert.Single(app.Log.Ours, line => line.Id == 1).Message,
            StringComparison.Ordinal);
    }
}
