using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>How many events one request makes, whatever its client has posted.</summary>
public sealed class EventLimitTests
{
    private const string Option = "Intilery:Capture:MaxEventsPerRequest";
    private const double MostTimes = 1.5;
    private const int FewestRounds = 5;
    private const int MostRounds = 60;

    [Fact]
    public async Task Of_a_hundred_thousand_posted_elements_a_thousand_are_events_and_one_warning_names_the_rest()
    {
        await using var app = await StartAsync();
        using var measurements = new Measurements(app.Services.GetRequiredService<IMeterFactory>());

        Assert.Equal(202, await app.PostAsync("/invites", Posted(100_000)));

        Assert.Equal(Enumerable.Range(0, 1000).Select(Invited), await app.RecordedAsync());
        Assert.Equal([(99_000d, "intilery.reason=too-many")], measurements.Of("intilery.events.dropped"));
        var line = Assert.Single(app.Log.Ours, line => line.Level >= LogLevel.Warning && line.Id != 4);
        Assert.Equal(
            (123, "HTTP: POST /invites [TrackInviteSent] reached the limit of 1000 events in one request, and 99000 more were dropped. If such requests are intended, "
                + $"raise {Option}."),
            (line.Id, line.Message));
    }

    [Fact]
    public async Task A_request_with_a_hundred_thousand_elements_takes_hardly_longer_than_without_us()
    {
        await using var app = await StartAsync();
        var posted = JsonSerializer.SerializeToUtf8Bytes(Posted(100_000), JsonSerializerOptions.Web);
        var (with, without) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        var rounds = 0;

        // The shortest of each: what else the machine does only makes one longer. So more rounds bring both nearer to what they take alone.
        do
        {
            without = Shorter(without, await TimeAsync(app, "/untracked", posted));
            with = Shorter(with, await TimeAsync(app, "/invites", posted));
            rounds++;
        }
        while (rounds < FewestRounds || (with / without > MostTimes && rounds < MostRounds));

        TestContext.Current.SendDiagnosticMessage("with {0} ms, without {1} ms, the shortest of {2}", with.TotalMilliseconds, without.TotalMilliseconds, rounds);
        Assert.InRange(with / without, 0, MostTimes);

        static async Task<TimeSpan> TimeAsync(EndpointApp app, string path, byte[] posted)
        {
            using var body = new ByteArrayContent(posted);
            body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var began = Stopwatch.GetTimestamp();
            using var response = await app.Client.PostAsync(path, body, TestContext.Current.CancellationToken);
            var took = Stopwatch.GetElapsedTime(began);
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            return took;
        }

        static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
    }

    [Fact]
    public async Task The_option_says_how_many()
    {
        await using var app = await StartAsync((Option, "2500"));

        await app.PostAsync("/invites", Posted(2501));

        Assert.Equal(2500, (await app.RecordedAsync()).Count);
        Assert.Contains(app.Log.Ours, line => line.Id == 123 && line.Message.Contains("and 1 more were dropped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_that_an_endpoint_asks_for_shares_the_limit_functions_too()
    {
        await using var app = await StartAsync((Option, "10"));

        await app.PostAsync("/both", Posted(8));
        await app.PostAsync("/function", Posted(12));

        Assert.Equal(["Invite Sent", "Invite Sent", "Imported"], (await app.RecordedAsync()).Where((_, i) => i is 0 or 7 or 8).Select(line => line.Split(" peter")[0]));
        Assert.Equal(20, (await app.RecordedAsync()).Count);
        Assert.Equal(
            [
                "HTTP: POST /both [TrackEvent(\"Imported\")] reached the limit of 10 events in one request, and 6 more were dropped.",
                "HTTP: POST /function .Track((InviteList input) => ...) reached the limit of 10 events in one request, and 2 more were dropped.",
            ],
            app.Log.Ours.Where(line => line.Id == 123).Select(line => line.Message.Split(" If ")[0]));
    }

    [Fact]
    public async Task Elements_without_what_the_event_needs_count_too_because_looking_at_them_costs_as_much()
    {
        await using var app = await StartAsync((Option, "10"));

        await app.PostAsync("/invites", new InviteList([.. Enumerable.Repeat(new InviteInput(null), 10), new InviteInput("late@example.com")]));

        Assert.Empty(await app.RecordedAsync());
        Assert.Contains(app.Log.Ours, line => line.Id == 123);
    }

    [Fact]
    public async Task What_code_tracks_is_not_limited()
    {
        await using var app = await StartAsync((Option, "10"));

        await app.PostAsync("/code");

        Assert.Equal(25, (await app.RecordedAsync()).Count);
        Assert.DoesNotContain(app.Log.Ours, line => line.Id == 123);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1000001")]
    public async Task A_limit_that_is_none_stops_the_start(string limit)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync((Option, limit)));

        Assert.Contains($"{Option} is {limit}, but must be from 1 to 1000000.", exception.Message, StringComparison.Ordinal);
    }

    private static InviteList Posted(int count) => new([.. Enumerable.Range(0, count).Select(i => new InviteInput($"u{i}@example.com"))]);

    private static string Invited(int i) => $$"""Invite Sent peter@acme {"invitee_email":"u{{i}}@example.com"}""";

    private static Task<EndpointApp> StartAsync(params (string Key, string Value)[] settings) => EndpointApp.StartAsync(
        routes =>
        {
            routes.MapPost("/untracked", (InviteList input) => Results.Accepted());
            routes.MapPost("/invites", [TrackInviteSent(InviteeEmailFrom = "input.invites.email")] (InviteList input) => Results.Accepted());
            routes.MapPost("/both", (InviteList input) => Results.Accepted())
                .TrackInviteSent(invite => invite.InviteeEmailFrom = "input.invites.email")
                .TrackEvent("Imported", imported => imported.Properties = ["email=input.invites.email"]);
            routes.MapPost("/function", (InviteList input) => Results.Accepted())
                .TrackEach((InviteList input) => input.Invites!.Select(invite => new InviteSent { InviteeEmail = invite!.Email }));
            routes.MapPost("/code", async (ILifecycleTracker lifecycle) =>
            {
                for (var i = 0; i < 25; i++)
                {
                    await lifecycle.TrackAsync("Imported", new Dictionary<string, object?> { ["number"] = i });
                }
            });
        },
        services: services => services.AddSingleton<IOutboxStore>(new MemoryOutboxStore(1_000_000)),
        settings: settings);
}
