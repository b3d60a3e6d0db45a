using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Capture.Endpoints;

/// <summary>Which outcomes of a route handler are a success, and an event.</summary>
public sealed class MinimalApiOutcomeTests
{
    [Fact]
    public async Task The_status_decides_and_may_be_chosen()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/status/{code}", [TrackInviteSent] (int code, InviteInput input) => Results.StatusCode(code));
            routes.MapPost("/only", [TrackInviteSent(OnStatus = [409])] (InviteInput input) => Results.Conflict());
            routes.MapPost("/not", [TrackInviteSent(OnStatus = [201])] (InviteInput input) => Results.Ok());
            routes.MapPost("/late", [TrackInviteSent] (InviteInput input, HttpResponse response) => { response.StatusCode = 422; });
        });

        foreach (var code in new[] { 200, 204, 302, 400, 404, 500 })
        {
            Assert.Equal(code, await app.PostAsync($"/status/{code}", new InviteInput($"{code}@example.com")));
        }

        Assert.Equal(409, await app.PostAsync("/only", new InviteInput("only@example.com")));
        Assert.Equal(200, await app.PostAsync("/not", new InviteInput("not@example.com")));
        Assert.Equal(422, await app.PostAsync("/late", new InviteInput("late@example.com")));

        Assert.Equal(
            [.. new[] { "200", "204", "302", "only" }.Select(name => $$"""Invite Sent peter@acme {"invitee_email":"{{name}}@example.com"}""")],
            await app.RecordedAsync());
        Assert.Equal(Enumerable.Repeat("unsuccessful", 5), app.Reasons());
    }

    [Fact]
    public async Task A_challenge_is_a_redirect_and_no_success()
    {
        await using var app = await EndpointApp.StartAsync(
            routes => routes.MapPost("/", [TrackEvent("Report Exported")] () => TypedResults.Challenge()),
            services: services => services.AddAuthentication().AddCookie());

        Assert.Equal(302, await app.PostFormAsync("/"));

        Assert.Empty(await app.RecordedAsync());
        Assert.Equal(["unsuccessful"], app.Reasons());
    }

    [Fact]
    public async Task A_filter_that_refuses_keeps_the_event_from_being_made()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/a", [TrackInviteSent] (InviteInput input) => "ok").AddEndpointFilter((context, next) => ValueTask.FromResult<object?>(Results.BadRequest()));
            routes.MapPost("/b", (InviteInput input) => "ok").AddEndpointFilter((context, next) => ValueTask.FromResult<object?>(Results.Ok())).TrackInviteSent();
        });

        Assert.Equal(400, await app.PostAsync("/a", new InviteInput("bob@example.com")));
        Assert.Equal(200, await app.PostAsync("/b", new InviteInput("bob@example.com")));

        Assert.Empty(await app.RecordedAsync());
    }

    [Fact]
    public async Task A_handler_that_throws_is_no_success_and_its_event_is_counted()
    {
        await using var app = await EndpointApp.StartAsync(
            routes => routes.MapPost("/a", [TrackInviteSent] (InviteInput input) => Throws()), onKestrel: true);

        Assert.Equal(500, await app.PostAsync("/a", new InviteInput("bob@example.com")));

        await app.StopAsync();
        Assert.Empty(await app.RecordedAsync());
        Assert.Equal(["unsuccessful"], app.Reasons());

        static string Throws() => throw new InvalidOperationException("the application's");
    }

    [Fact]
    public async Task A_stream_says_success_when_it_starts_and_is_not_read_by_us()
    {
        var produced = 0;
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/stream", [TrackEvent("Report Exported")] () => Stream());
            routes.MapPost("/file", [TrackEvent("File Exported")] () => Results.Bytes("a,b"u8.ToArray(), "text/csv", "report.csv"));
            routes.MapPost("/self", [TrackEvent("Page Written")] async (HttpResponse response) =>
            {
                await response.WriteAsync("already started");
            });
        });

        Assert.Equal(200, await app.PostAsync("/stream"));
        Assert.Equal(200, await app.PostAsync("/file"));
        Assert.Equal(200, await app.PostAsync("/self"));

        Assert.Equal(["Report Exported peter@acme {}", "File Exported peter@acme {}", "Page Written peter@acme {}"], await app.RecordedAsync());
        Assert.Equal(3, produced);

        async IAsyncEnumerable<int> Stream()
        {
            for (var i = 0; i < 3; i++)
            {
                await Task.Yield();
                produced++;
                yield return i;
            }
        }
    }
}
