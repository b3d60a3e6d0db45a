using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class OptionsValidationTests
{
    private const string Secret = "s3cret t\u00f6ken";

    [Fact]
    public void Protection_without_Data_Protection_stops_the_start_and_names_the_call()
    {
        Dictionary<string, string?> settings = new() { ["ClientId"] = "acme", ["AuthToken"] = "token", ["Outbox:Protect"] = "true" };

        Assert.Equal(
            ["Intilery:Outbox:Protect is true, but the application has no Data Protection. Call builder.Services.AddDataProtection(), and keep its keys where a new process finds them."],
            Failures("Production", settings));
        using var host = WorkerHost.Create("Production", settings, services: services => services.AddDataProtection());
        Assert.True(host.Options.Outbox.Protect);
    }

    [Fact]
    public void Every_error_is_reported_at_once_with_its_key()
    {
        var failures = Failures("Production", new()
        {
            ["ClientId"] = "Acme",
            ["AccountId"] = "acme.co",
            ["BrandId"] = "acme",
            ["AuthToken"] = Secret,
            ["BaseAddress"] = "http://user:password@tracking.example.com/in?key=1",
            ["UserIdClaimType"] = " ",
            ["TrackedSchemes:0"] = "Cookies",
            ["TrackedSchemes:1"] = " ",
            ["Tenant:ClaimType"] = " ",
            ["Tenant:ClaimTypes:0"] = " ",
            ["Outbox:Path"] = " ",
            ["Outbox:SpillPath"] = " ",
            ["Outbox:CommitTimeout"] = "00:00:00",
            ["Outbox:BufferCapacity"] = "1",
            ["Delivery:RequestTimeout"] = "00:10:00",
            ["Delivery:ShutdownTimeout"] = "-00:00:01",
            ["Privacy:Properties:0"] = "e-mail",
            ["Privacy:Properties:1"] = "none",
            ["Privacy:PageUrl"] = "7",
            ["Exclude:EmailDomains:0"] = "@example.com",
            ["Exclude:EmailDomains:1"] = " ",
            ["Exclude:EmailDomains:2"] = "example.com",
            ["Exclude:UserIds:0"] = " ",
            ["Exclude:Roles:0"] = " ",
            ["Impersonation:ClaimTypes:0"] = " ",
            ["Identify"] = "perhaps",
            ["SignOut:WhenRevoked"] = "1",
        });

        Assert.Equal(
            [
                "Intilery:Identify is 'perhaps', which is not true or false.",
                "Intilery:Privacy:PageUrl is '7', which is not PathOnly or None.",
                "Intilery:SignOut:WhenRevoked is '1', which is not true or false.",
                "Intilery:ClientId is 'Acme', but must be of letters in lower case, digits, '-' and '_'.",
                "Intilery:AccountId is 'acme.co', but must be of letters in lower case, digits, '-' and '_'.",
                "Intilery:BrandId is 'acme', but must be of letters in UPPER CASE, digits, '-' and '_'.",
                "Intilery:AuthToken holds characters that a header cannot carry: white space, control characters or characters beyond ASCII.",
                "Intilery:BaseAddress is 'http://tracking.example.com/in', but must be an absolute https address, or http on loopback.",
                "Intilery:UserIdClaimType is blank.",
                "Intilery:Tenant:ClaimType is blank.",
                "Intilery:Outbox:Path is blank.",
                "Intilery:Outbox:SpillPath is blank.",
                "Intilery:Tenant:ClaimTypes:0 is blank.",
                "Intilery:TrackedSchemes:1 is blank.",
                "Intilery:Privacy:Properties:0 is 'e-mail', but must be one of first_name, last_name, email, phone, username, title; or the only one, 'none'.",
                "Intilery:Privacy:Properties:1 is 'none', but must be one of first_name, last_name, email, phone, username, title; or the only one, 'none'.",
                "Intilery:Exclude:EmailDomains:0 is '@example.com', but must be a domain such as example.com, without '@'.",
                "Intilery:Exclude:EmailDomains:1 is blank.",
                "Intilery:Exclude:UserIds:0 is blank.",
                "Intilery:Exclude:Roles:0 is blank.",
                "Intilery:Impersonation:ClaimTypes:0 is blank.",
                "Intilery:Outbox:CommitTimeout is 00:00:00, but must be from 00:00:00.0100000 to 00:01:00.",
                "Intilery:Delivery:RequestTimeout is 00:10:00, but must be from 00:00:01 to 00:05:00.",
                "Intilery:Delivery:ShutdownTimeout is -00:00:01, but must be from 00:00:00 to 00:05:00.",
                "Intilery:Outbox:BufferCapacity is 1, but must be from 100 to 1000000.",
            ],
            failures);
    }

    [Fact]
    public void Values_that_cannot_be_read_are_reported_together()
    {
        var failures = Failures("Development", new()
        {
            ["CaptureOnly"] = "nearly",
            ["Outbox:CommitTimeout"] = "soon",
            ["Outbox:BufferCapacity"] = "many",
            ["Privacy:Ip"] = "no",
        });

        Assert.Equal(
            [
                "Intilery:CaptureOnly is 'nearly', which is not true or false.",
                "Intilery:Outbox:BufferCapacity is 'many', which is not a whole number.",
                "Intilery:Outbox:CommitTimeout is 'soon', which is not a duration such as 00:00:05.",
                "Intilery:Privacy:Ip is 'no', which is not true or false.",
            ],
            failures);
    }

    [Theory]
    [InlineData("https://tracking.intilery.com?key=1")]
    [InlineData("https://user@tracking.intilery.com")]
    [InlineData("https://tracking.intilery.com#top")]
    public void An_address_is_an_address_and_no_more(string address) => Assert.Equal(
        ["Intilery:BaseAddress must have no user, query or fragment."],
        Failures("Production", new() { ["ClientId"] = "acme", ["AuthToken"] = "secret", ["BaseAddress"] = address }));

    [Theory]
    [InlineData("tracking.intilery.com")]
    [InlineData("ftp://tracking.intilery.com/")]
    [InlineData("http://tracking.intilery.com/")]
    public void Nothing_is_sent_in_the_clear_over_a_network(string address) => Assert.Equal(
        [$"Intilery:BaseAddress is '{address}', but must be an absolute https address, or http on loopback."],
        Failures("Production", new() { ["ClientId"] = "acme", ["AuthToken"] = "secret", ["BaseAddress"] = address }));

    [Theory]
    [InlineData("Production")]
    [InlineData("Staging")]
    public void Without_an_account_the_start_fails_and_names_the_ways_out(string environment) => Assert.Equal(
        [
            "Intilery:AuthToken and Intilery:ClientId are not set. Set Intilery__AuthToken and Intilery__ClientId to deliver, "
            + "Intilery__CaptureOnly=true to capture without delivering, or Intilery__Enabled=false to switch tracking off.",
        ],
        Failures(environment, []));

    [Theory]
    [InlineData("Production", "ClientId", "acme", "Intilery__AuthToken")]
    [InlineData("Development", "ClientId", "acme", "Intilery__AuthToken")]
    [InlineData("Production", "AuthToken", "secret", "Intilery__ClientId")]
    [InlineData("Development", "AuthToken", "secret", "Intilery__ClientId")]
    public void A_partial_account_fails_everywhere_and_names_what_is_missing(string environment, string key, string value, string missing)
    {
        var failure = Assert.Single(Failures(environment, new() { [key] = value }));

        Assert.Equal(
            $"{missing.Replace("__", ":", StringComparison.Ordinal)} is not set, but others of the account's settings are. Set {missing}, "
            + "or Intilery__CaptureOnly=true to capture without delivering.",
            failure);
    }

    [Fact]
    public void Capturing_only_needs_no_account()
    {
        using var host = WorkerHost.Create("Production", new Dictionary<string, string?> { ["CaptureOnly"] = "true" });

        Assert.True(host.Options.CaptureOnly);
    }

    [Fact]
    public void Switched_off_nothing_is_validated()
    {
        using var host = WorkerHost.Create("Production", new Dictionary<string, string?> { ["Enabled"] = "false", ["ClientId"] = "Not Valid" });

        Assert.False(host.Options.Enabled);
    }

    private static IEnumerable<string> Failures(string environment, Dictionary<string, string?> settings)
    {
        using var host = WorkerHost.Create(environment, settings);
        return Assert.Throws<OptionsValidationException>(() => host.Options).Failures;
    }
}
