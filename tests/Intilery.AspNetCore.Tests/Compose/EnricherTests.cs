using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Testing;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Compose;

public sealed class EnricherTests
{
    [Fact]
    public async Task It_changes_adds_and_removes_properties_traits_and_the_tenant()
    {
        await using var app = await StartAsync<TellingEnricher>();

        await SignInAsync(app);

        var calls = await app.RecordedAsync();
        Assert.Equal(["identify", "Signed In"], calls.Select(call => call.Event));
        Assert.Equal("""{"email":"peter@example.com","username":"PETER@EXAMPLE.COM","plan":"gold","seats":5}""", calls[0].Call["traits"]!.ToJsonString());
        Assert.Equal("""{"plan":"gold"}""", calls[1].Call["properties"]!.ToJsonString());
        Assert.All(calls, call => Assert.Equal("acme", call.GroupId));
    }

    [Fact]
    public async Task It_holds_an_event_back_with_a_reason_of_its_own()
    {
        await using var app = await StartAsync<HoldingEnricher>();

        await SignInAsync(app);

        Assert.Equal(["identify"], await app.EventsAsync());
        Assert.Contains(app.Log.Ours, line => line.Message == "Signed In was not tracked: trial-account.");
    }

    [Fact]
    public async Task Several_run_in_the_order_of_their_registration_and_each_once()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Services = services => services.AddIntilery().AddEnricher<TellingEnricher>().AddEnricher<SeeingEnricher>().AddEnricher<TellingEnricher>(),
        });

        await SignInAsync(app);

        Assert.Equal(
            ["identify acme email,plan,seats,username", "Signed In acme plan"],
            app.Services.GetRequiredService<SeeingEnricher>().Seen);
    }

    [Theory]
    [InlineData(typeof(ThrowingEnricher), "broken")]
    [InlineData(typeof(UnwritableEnricher), "cannot be written as JSON")]
    [InlineData(typeof(NamelessTenantEnricher), "GroupId must not be empty")]
    public async Task One_that_fails_is_logged_and_the_event_goes_as_it_was(Type enricher, string fault)
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Services = services =>
            {
                services.AddSingleton(typeof(IEventEnricher), enricher);
                services.AddIntilery();
            },
        });

        await SignInAsync(app);

        Assert.Equal("""{"username":"peter@example.com"}""", (await app.RecordedAsync()).Single(call => call.Event == "Signed In").Call["properties"]!.ToJsonString());
        var line = Assert.Single(app.Log.Ours, line => line.Level >= LogLevel.Warning);
        Assert.Equal(101, line.Id);
        Assert.Contains(fault, line.Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_adds_is_in_the_log_of_what_was_captured()
    {
        await using var app = await IdentityApp.StartAsync(new()
        {
            Environment = "Development",
            Services = services => services.AddIntileryRecorder().AddIntilery().AddEnricher<TellingEnricher>(),
        });

        await SignInAsync(app);

        Assert.Contains(app.Log.Ours, line => line.Id == 200 && line.Message.EndsWith("""{"plan":"gold"}""", StringComparison.Ordinal));
        app.Services.GetIntileryRecorder().AssertConformsToSpecification("plan");
    }

    [Fact]
    public async Task It_has_no_request_by_the_accessor_either()
    {
        await using var app = await StartAsync<RequestSeekingEnricher>();

        await SignInAsync(app);

        Assert.Equal("""{"username":"peter@example.com","path":null}""", (await app.RecordedAsync())[1].Call["properties"]!.ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a reason of more words than anybody would make a tag of, over the limit")]
    public void A_reason_is_a_word_or_two(string reason) => Assert.Throws<ArgumentException>(
        () => new EventEnrichment(new Message { Event = new SignedIn(), UserId = "u1" }).Suppress(reason));

    private static Task<IdentityApp> StartAsync<T>()
        where T : class, IEventEnricher => IdentityApp.StartAsync(new() { Services = services => services.AddIntilery().AddEnricher<T>() });

    private static async Task SignInAsync(IdentityApp app)
    {
        await app.CreateUserAsync();
        using var browser = app.OpenBrowser();
        await IdentityApp.SignInAsync(browser);
    }

    private sealed class TellingEnricher : IEventEnricher
    {
        public void Enrich(EventEnrichment enrichment)
        {
            enrichment.GroupId = "acme";
            enrichment.Properties["plan"] = "gold";
            if (enrichment.IsIdentify)
            {
                enrichment.Properties["username"] = ((string)enrichment.Properties["username"]!).ToUpperInvariant();
                enrichment.Properties["seats"] = 5;
            }
            else
            {
                enrichment.Properties.Remove("username");
            }
        }
    }

    private sealed class RequestSeekingEnricher(IHttpContextAccessor accessor) : IEventEnricher
    {
        public void Enrich(EventEnrichment enrichment) => enrichment.Properties["path"] = accessor.HttpContext?.Request.Path.Value;
    }

    private sealed class HoldingEnricher : IEventEnricher
    {
        public void Enrich(EventEnrichment enrichment)
        {
            if (enrichment.Event is SignedIn { Username: "peter@example.com" })
            {
                enrichment.Suppress("trial-account");
            }
        }
    }

    private sealed class SeeingEnricher : IEventEnricher
    {
        public List<string> Seen { get; } = [];

        public void Enrich(EventEnrichment enrichment) =>
            Seen.Add($"{enrichment.Name} {enrichment.GroupId} {string.Join(',', enrichment.Properties.Keys.Order())}");
    }

    private sealed class ThrowingEnricher : IEventEnricher
    {
        public void Enrich(EventEnrichment enrichment)
        {
            enrichment.Properties.Clear();
            throw new InvalidOperationException("broken");
        }
    }

    private sealed class UnwritableEnricher : IEventEnricher
    {
        public void Enrich(EventEnrichment enrichment) => enrichment.Properties["callback"] = () => 7;
    }

    private sealed class NamelessTenantEnricher : IEventEnricher
    {
        public void Enrich(EventEnrichment enrichment) => enrichment.GroupId = " ";
    }
}
