using System.Globalization;
using System.Reflection;
using System.Text;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class OptionsBindingTests
{
    [Fact]
    public void Every_option_is_read_from_the_configuration()
    {
        // Every value differs from its default; Enabled is false among them, which spares them the validator.
        var settings = new Dictionary<string, string?>();
        Fill(new IntileryOptions(), string.Empty, settings);
        using var host = WorkerHost.Create("Production", settings);

        var bound = new Dictionary<string, string?>();
        Read(host.Options, string.Empty, bound);

        Assert.Equal(settings, bound);
    }

    [Fact]
    public void The_defaults_are_the_documented_ones()
    {
        var defaults = new Dictionary<string, string?>();
        Read(new IntileryOptions(), string.Empty, defaults);

        Assert.Equal(
            new Dictionary<string, string?>
            {
                ["Enabled"] = "True",
                ["CaptureOnly"] = "False",
                ["ClientId"] = null,
                ["AccountId"] = null,
                ["BrandId"] = null,
                ["AuthToken"] = null,
                ["BaseAddress"] = "https://tracking.intilery.com/",
                ["UserIdClaimType"] = null,
                ["TrackedSchemes:0"] = null,
                ["MachineSchemes:0"] = null,
                ["Identify"] = "True",
                ["Tenant:ClaimType"] = null,
                ["Tenant:ClaimTypes:0"] = null,
                ["Tenant:RoleClaimType"] = null,
                ["SignUp:When"] = "Created",
                ["SignOut:WhenRevoked"] = "False",
                ["Capture:MaxEventsPerRequest"] = "1000",
                ["Outbox:Path"] = null,
                ["Outbox:SpillPath"] = null,
                ["Outbox:CommitTimeout"] = "00:00:01",
                ["Outbox:BufferCapacity"] = "10000",
                ["Outbox:SyncEveryCommit"] = "False",
                ["Outbox:MaxBytes"] = "1073741824",
                ["Outbox:SingleInstance"] = "False",
                ["Outbox:DeadLetterRetention"] = "30.00:00:00",
                ["Outbox:Protect"] = "False",
                ["Delivery:Enabled"] = "True",
                ["Delivery:UnderTestServer"] = "False",
                ["Delivery:RequestTimeout"] = "00:00:10",
                ["Delivery:Compression"] = "None",
                ["Delivery:ShutdownTimeout"] = "00:00:05",
                ["Delivery:RequestsPerSecond"] = "100",
                ["Delivery:RequestBurst"] = "500",
                ["Delivery:MaxBacklogAge"] = "00:10:00",
                ["Exclude:EmailDomains:0"] = null,
                ["Exclude:UserIds:0"] = null,
                ["Exclude:Roles:0"] = null,
                ["Impersonation:ClaimTypes:0"] = null,
                ["Privacy:Properties:0"] = null,
                ["Privacy:PersonalData"] = "Include",
                ["Privacy:PageUrl"] = "PathOnly",
                ["Privacy:Ip"] = "False",
                ["Browser:Enabled"] = "True",
                ["Browser:Identify"] = "True",
                ["Browser:CookieDomain"] = null,
                ["Browser:CookiePrefix"] = "ajs_",
                ["Browser:AnonymousIdCookie"] = null,
                ["Browser:UserIdCookie"] = null,
                ["Browser:GroupIdCookie"] = null,
                ["Browser:ResetCookie"] = "intilery_reset",
                ["Browser:IdentifyCookie"] = "intilery_identify",
                ["Browser:TagVariable"] = "analytics",
            },
            defaults);
        Assert.Equal(["tenant_id", "org_id", "organization_id"], new IntileryOptions().Tenant.EffectiveClaimTypes);
    }

    [Theory]
    [InlineData(null, null, "https://tracking.intilery.com/track/acme/acme/ACME")]
    [InlineData("shop", null, "https://tracking.intilery.com/track/acme/shop/SHOP")]
    [InlineData("shop", "OUTLET", "https://tracking.intilery.com/track/acme/shop/OUTLET")]
    [InlineData("", "", "https://tracking.intilery.com/track/acme/acme/ACME")]
    public void The_account_and_the_brand_follow_from_the_client_unless_set(string? account, string? brand, string destination)
    {
        using var host = WorkerHost.Create("Production", new Dictionary<string, string?>
        {
            ["ClientId"] = "acme", ["AuthToken"] = "secret", ["AccountId"] = account, ["BrandId"] = brand,
        });

        Assert.Equal(destination, host.Options.Destination);
    }

    [Fact]
    public void Configured_claim_types_replace_the_defaults_and_two_files_merge_by_index()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?>(), late: configuration => configuration
            .AddJsonStream(Json("""{ "Intilery": { "Tenant": { "ClaimTypes": [ "company", "org" ] } } }"""))
            .AddJsonStream(Json("""{ "Intilery": { "Tenant": { "ClaimTypes": [ "workspace" ] } } }""")));

        Assert.Equal(["workspace", "org"], host.Options.Tenant.EffectiveClaimTypes);
    }

    [Fact]
    public void One_claim_type_is_used_instead_of_several()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?>(), late: configuration => configuration
            .AddJsonStream(Json("""{ "Intilery": { "Tenant": { "ClaimTypes": [ "company", "org" ] } } }"""))
            .AddJsonStream(Json("""{ "Intilery": { "Tenant": { "ClaimType": "workspace" } } }""")));

        Assert.Equal(["workspace"], host.Options.Tenant.EffectiveClaimTypes);
    }

    [Fact]
    public void A_source_that_is_added_after_the_registration_counts()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?> { ["ClientId"] = "early", ["AuthToken"] = "secret" }, late: configuration =>
            configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Intilery:ClientId"] = "late" }));

        Assert.Equal("late", host.Options.ClientId);
    }

    [Fact]
    public void What_code_sets_replaces_what_the_configuration_holds_and_leaves_the_rest()
    {
        using var host = WorkerHost.Create(
            "Development",
            new Dictionary<string, string?> { ["ClientId"] = "acme", ["AuthToken"] = "secret", ["AccountId"] = "shop" },
            services: services => services.AddIntilery(options => options.AccountId = "outlet"));

        Assert.Equal(("acme", "outlet"), (host.Options.ClientId, host.Options.AccountId));
    }

    [Fact]
    public void What_code_sets_is_validated_with_the_configuration()
    {
        using var host = WorkerHost.Create(
            "Production",
            new Dictionary<string, string?> { ["ClientId"] = "acme", ["AuthToken"] = "secret" },
            services: services => services.AddIntilery(options => options.Delivery.RequestsPerSecond = 1000));

        var error = Assert.Throws<OptionsValidationException>(() => host.Options);

        Assert.Contains("Intilery:Delivery:RequestsPerSecond", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_with_an_empty_value_of_its_own_is_still_read()
    {
        using var host = WorkerHost.Create("Development", new Dictionary<string, string?> { ["Delivery"] = "", ["Delivery:Enabled"] = "false" });

        Assert.False(host.Options.Delivery.Enabled);
    }

    private static MemoryStream Json(string text) => new(Encoding.UTF8.GetBytes(text));

    private static void Fill(object options, string prefix, Dictionary<string, string?> values) =>
        Visit(options, prefix, (key, type, value) => values[key] = Other(type, value, key));

    private static void Read(object options, string prefix, Dictionary<string, string?> values) =>
        Visit(options, prefix, (key, _, value) => values[key] = Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null);

    private static void Visit(object options, string prefix, Action<string, Type, object?> visit)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(options);
            if (value is IList<string> list)
            {
                visit($"{prefix}{property.Name}:0", typeof(string), list.FirstOrDefault());
            }
            else if (property.PropertyType.Assembly == typeof(IntileryOptions).Assembly && !property.PropertyType.IsEnum)
            {
                Visit(value!, $"{prefix}{property.Name}:", visit);
            }
            else
            {
                visit(prefix + property.Name, property.PropertyType, value);
            }
        }
    }

    private static string Other(Type type, object? value, string key) =>
        type == typeof(bool) ? (!(bool)value!).ToString()
        : type == typeof(int) || type == typeof(long) ? "777"
        : type == typeof(TimeSpan) ? "00:00:07"
        : type == typeof(Uri) ? "https://example.test/path"
        : type == typeof(string) ? $"the {key}"
        : type.IsEnum ? Enum.GetNames(type).Last()
        : throw new NotSupportedException($"Teach this test to fill a {type.Name}.");
}
