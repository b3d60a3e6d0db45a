using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Capture.EntityFramework;

public sealed class TrialAttributeTests
{
    [Fact]
    public async Task The_attributes_say_which_trial_it_is_and_its_end_needs_no_more()
    {
        await using var app = await IdentityApp.StartAsync(new IdentityAppSetup
        {
            Endpoints = routes =>
            {
                routes.MapPost("/start/{trial}", [TrackTrialStarted(UserIdFrom = "starter", GroupIdFrom = "team", TrialIdFrom = "route.trial", TrialEndDate = "2040-01-31", TrialPlanName = "Business")]
                    (string starter, string team) => Results.NoContent());
                routes.MapPost("/end/{trial}", [TrackTrialEnded(TrialIdFrom = "route.trial")] () => Results.NoContent());
                routes.MapPost("/end", [TrackTrialEnded(GroupIdFrom = "team")] (string team) => Results.NoContent());
            },
        });
        using var browser = app.OpenBrowser();
        await PostAsync("/start/sub_1?starter=peter&team=7");
        await PostAsync("/start/sub_2?starter=samir&team=7");
        await PostAsync("/start/sub_3?starter=milton&team=8");
        Assert.Equal(["trial:sub_1", "trial:sub_2", "trial:sub_3"], (await app.Services.GetRequiredService<IOutboxStore>().NextAsync()).Select(trial => trial.Key));
        await app.ForgetAsync();

        await PostAsync("/end/sub_2");
        await PostAsync("/end?team=8");

        Assert.Equal(["Trial Ended samir 7", "Trial Ended milton 8"], (await app.RecordedAsync()).Select(call => call.ToString()));
        Assert.All(
            await app.RecordedAsync(),
            call => Assert.Equal("""{"trial_end_date":"2040-01-31T00:00:00Z","trial_plan_name":"Business"}""", call.Call["properties"]!.ToJsonString()));

        async Task PostAsync(string path)
        {
            using var response = await browser.PostAsync(path);
            Assert.Equal(204, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task A_date_that_is_none_is_left_out_and_said_once_for_each_property_without_the_value()
    {
        await using var app = await EndpointApp.StartAsync(routes =>
        {
            routes.MapPost("/start", [TrackTrialStarted(TrialStartDateFrom = "from", TrialEndDateFrom = "until")] (string? from, string? until) => Results.NoContent());
            routes.MapPost("/end", [TrackTrialEnded] () => Results.Ok(new { endsAt = "soon" }));
        });

        await app.PostAsync("/start?until=blah");
        await app.PostAsync("/start?from=2040-01-01&until=bluh");
        await app.PostAsync("/start?from=&until=2040-01-31");
        await app.PostAsync("/end");
        await app.PostAsync("/start?from=now&until=blah");

        Assert.Equal(
            [
                "HTTP: POST /start [TrackTrialStarted] tracked its event without TrialEndDate: the value of until is not a date. "
                    + "Use a DateTimeOffset, DateTime or DateOnly, or text such as 2026-01-31 or 2026-01-31T09:00:00Z. This is logged once.",
                "HTTP: POST /end [TrackTrialEnded] tracked its event without TrialEndDate: the value of a member of result is not a date. "
                    + "Use a DateTimeOffset, DateTime or DateOnly, or text such as 2026-01-31 or 2026-01-31T09:00:00Z. This is logged once.",
                "HTTP: POST /start [TrackTrialStarted] tracked its event without TrialStartDate: the value of from is not a date. "
                    + "Use a DateTimeOffset, DateTime or DateOnly, or text such as 2026-01-31 or 2026-01-31T09:00:00Z. This is logged once.",
            ],
            app.Log.Ours.Where(line => line.Id == 122).Select(line => line.Message));
        Assert.All(app.Log.Ours.Where(line => line.Id == 122), line => Assert.Equal(LogLevel.Warning, line.Level));
        Assert.DoesNotContain(app.Log.Ours, line => line.Message.Contains("blah", StringComparison.Ordinal));
    }
}
