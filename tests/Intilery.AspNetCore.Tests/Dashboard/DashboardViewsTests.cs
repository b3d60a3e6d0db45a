using System.Net;
using System.Text.Json.Nodes;
using Intilery.AspNetCore.Dashboard;
using Intilery.AspNetCore.Delivery;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore.Tests.Dashboard;

/// <summary>What the page reads of the outbox.</summary>
public sealed class DashboardViewsTests
{
    [Fact]
    public async Task The_outbox_shows_the_last_answers_the_newest_first()
    {
        await using var api = await TrackingApi.StartAsync();
        api.AnswerNext(HttpStatusCode.ServiceUnavailable, """{"message":"busy"}""");
        await using var app = await StartAsync(api);
        await app.RecordAsync(2);
        await app.PassFirstBackoffAsync();
        await app.EmptyAsync();

        var answers = (await ReadAsync(app, "outbox"))["answers"]!.AsArray();

        Assert.Equal([(2, true, "200"), (2, false, "503 busy")], answers.Select(answer => ((int)answer!["events"]!, (bool)answer["isGood"]!, (string)answer["text"]!)));
    }

    [Fact]
    public async Task Users_who_are_held_back_are_shown_with_what_waits_for_them()
    {
        await using var api = await TrackingApi.StartAsync();
        await using var app = await StartAsync(api);
        Assert.True(app.App.Services.GetRequiredService<IOutboxAppender>().Append(OutboxSample.Intent(app.App.Services.GetRequiredService<RowIdSequence>().Next())));
        await app.RecordAsync(2);

        var waiting = await ReadAsync(app, "outbox/waiting");

        Assert.Equal("""[{"user":"u1","changes":1,"events":2,"age":0}]""", waiting["held"]!.ToJsonString());
        Assert.True((bool)waiting["isHeldWhole"]!);
        Assert.Null(waiting["nodes"]);
    }

    [Fact]
    public void The_page_explains_every_reason_in_plain_text()
    {
        Assert.Equal(
            typeof(Reasons).GetFields().Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal),
            DashboardFiles.Reasons.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("the scheme is not tracked; see Choose the schemes", DashboardFiles.Reasons[Reasons.UntrackedScheme]);
        Assert.Equal("an id has over 450 characters, white space at its ends, or control characters; or the tenant's id cannot be one", DashboardFiles.Reasons[Reasons.InvalidId]);
    }

    [Fact]
    public void No_more_answers_are_remembered_than_are_shown()
    {
        var state = new DeliveryState();
        for (var i = 1; i <= DeliveryState.MaxAnswers + 5; i++)
        {
            state.Answered(new LastAnswer(OutboxSample.Noon, i, DeliveryAnswer.None("timeout", "no answer")));
        }

        Assert.Equal(Enumerable.Range(6, DeliveryState.MaxAnswers).Reverse(), state.Answers.Select(answer => answer.Events));
    }

    private static Task<DeliveringApp> StartAsync(TrackingApi api) => DeliveringApp.StartAsync(api, new() { Environment = "Development", OnKestrel = true });

    private static async Task<JsonNode> ReadAsync(DeliveringApp app, string view)
    {
        using var browser = app.App.OpenBrowser();
        return JsonNode.Parse(await browser.Client.GetStringAsync("/_intilery/" + view, TestContext.Current.CancellationToken))!;
    }
}
