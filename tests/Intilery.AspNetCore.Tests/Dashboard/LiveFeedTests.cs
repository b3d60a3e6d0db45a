using System.Diagnostics;
using System.Text;
using Intilery.AspNetCore.Dashboard;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Scopes;
using Intilery.AspNetCore.Tests.Documentation;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Intilery.AspNetCore.Tests.Dashboard;

public sealed class LiveFeedTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly TestDiagnostics _diagnostics;
    private readonly LifecycleActivity _activity;
    private readonly LiveFeed _feed;

    public LiveFeedTests()
    {
        _diagnostics = new TestDiagnostics(_clock);
        _activity = _diagnostics.Diagnostics.Activity;
        _feed = new LiveFeed(_diagnostics.Diagnostics, new RequestAccessor(), new HostClock(_clock));
    }

    public void Dispose() => _diagnostics.Dispose();

    [Fact]
    public void One_row_grows_from_capture_to_delivery()
    {
        _feed.Keep();
        var id = Capture("scope", "k1", "peter");
        Assert.Equal(["captured"], Steps());
        _activity.Composed("scope", [new ComposedActivity(id, "Signed In", "peter", "acme")]);
        _activity.Recorded(Json(id));
        _clock.Advance(TimeSpan.FromSeconds(1));
        _activity.Answered(Json(id), _clock.GetUtcNow(), DeliveryStep.Retried, "503");
        _activity.Answered(Json(id), _clock.GetUtcNow(), DeliveryStep.Retried, "503");
        _activity.Answered(Json(id), _clock.GetUtcNow(), DeliveryStep.Delivered, "200");

        var row = Assert.Single(Rows());
        Assert.Equal(["captured", "composed", "recorded", "retried", "delivered"], Steps());
        Assert.Equal(2, row.Steps[3].Count);
        Assert.Equal(("delivered", "peter", "acme"), (row.State, row.UserId, row.AccountId));
        Assert.Equal(
            $$"""{"userId":"peter","type":"track","event":"Signed In","properties":{"username":"p"},"context":{"groupId":"acme"},"messageId":"{{id}}","sentAt":"2026-03-01T12:00:01.000Z"}""",
            row.Call);
    }

    [Fact]
    public void An_identify_of_the_same_fact_is_a_row_of_its_own_with_that_fact()
    {
        _feed.Keep();
        var id = Capture("scope", "k1", "peter");
        var identify = MessageIds.Derive("identify", "peter", "k1");
        _activity.Composed("scope", [new ComposedActivity(identify, "identify", "peter", null), new ComposedActivity(id, "Signed In", "peter", null)]);

        Assert.Equal([("Signed In", "composed"), ("identify", "composed")], Rows().Select(row => (row.Event, row.State)));
        Assert.All(Rows(), row => Assert.Equal("k1", row.Fact!.Key));
    }

    [Fact]
    public void A_fact_whose_user_is_found_later_is_one_row()
    {
        _feed.Keep();
        Capture("scope", "k1", string.Empty);
        var id = MessageIds.Derive("Signed In", "peter", "k1");
        _activity.Composed("scope", [new ComposedActivity(id, "Signed In", "peter", "acme")]);
        _activity.Recorded(Json(id));

        Assert.Equal(("recorded", "peter"), (Assert.Single(Rows()).State, Rows()[0].UserId));
        Assert.Equal(["captured", "composed", "recorded"], Steps());
    }

    [Fact]
    public void A_fact_of_which_no_event_comes_alone_is_merged_and_its_row_shows_whether_there_is_another()
    {
        _feed.Keep();
        Capture("scope", "k1", "peter");
        _activity.Composed("scope", []);
        Capture("other", "k2", "peter");
        _activity.Composed("other", [new ComposedActivity("m", "Account Removed User", "peter", "acme")]);

        Assert.Equal(["no event comes of this alone", "part of another event of the same request"], Rows().Where(row => row.State == "merged").Select(row => row.Steps[^1].Detail));
    }

    [Theory]
    [InlineData(Reasons.Duplicate, "suppressed")]
    [InlineData(Reasons.Incomplete, "missed")]
    public void A_suppressed_fact_of_the_same_trace_is_its_row(string reason, string state)
    {
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        _feed.Keep();
        Capture("scope", "k1", "peter");
        _activity.Suppressed("Signed In", reason);
        _activity.Suppressed("Signed In", reason);

        Assert.Equal([(state, reason), (state, reason)], Rows().Select(row => (row.State, row.Reason)));
        Assert.Equal(["captured", state], Rows()[0].Steps.Select(step => step.State));
        Assert.All(Rows(), row => Assert.Equal(activity.TraceId.ToString(), row.Trace));
    }

    [Fact]
    public void After_ten_thousand_events_the_last_five_hundred_are_left()
    {
        _feed.Keep();
        for (var i = 0; i < 10_000; i++)
        {
            var id = Capture("scope" + i, "k" + i, "user" + i);
            _activity.Composed("scope" + i, [new ComposedActivity(id, "Signed In", "user" + i, null)]);
            _activity.Recorded(Json(id));
        }

        Assert.Equal(500, Rows().Count);
        Assert.Equal("user9999", Rows()[^1].UserId);
        Assert.Equal("user9500", Rows()[0].UserId);
        Assert.InRange(_feed.Names, 1, 3 * LiveFeed.Capacity);
    }

    [Fact]
    public void Nothing_is_made_or_kept_while_nobody_looks()
    {
        Capture("scope", "k1", "peter");
        Assert.False(_activity.IsWatched);

        using (_feed.Join())
        {
            Assert.True(_activity.IsWatched);
            Capture("scope", "k2", "peter");
            Assert.Single(Rows());
        }

        Assert.False(_activity.IsWatched);
        Assert.Empty(Rows());
        Assert.Equal(0, _feed.Names);
    }

    [Fact]
    public void A_step_costs_its_request_no_JSON_and_no_row()
    {
        _feed.Keep();
        var id = Capture("scope", "k1", "peter");
        _activity.Recorded(Json(id));

        Assert.Equal(0, _feed.Names);
        Assert.Single(Rows());
        Assert.NotEqual(0, _feed.Names);
    }

    [Fact]
    public void A_payload_that_is_used_again_once_it_was_recorded_is_shown_as_it_was()
    {
        _feed.Keep();
        var payload = Json(Capture("scope", "k1", "peter"));
        var call = Encoding.UTF8.GetString(payload);
        _activity.Recorded(payload);
        Array.Clear(payload);

        Assert.Equal(call, Assert.Single(Rows()).Call);
    }

    [Fact]
    public void Steps_that_come_faster_than_rows_are_made_are_left_out_and_counted()
    {
        _feed.Keep();
        _ = Rows();
        for (var i = 0; i < PendingSteps.Capacity + 7; i++)
        {
            Capture("scope" + i, "k" + i, "user" + i);
        }

        Assert.Equal(7, _feed.LeftOut);
        Assert.Equal("user4006", Rows()[^1].UserId);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        using var viewer = _feed.Join();
        var (at, payload) = (_clock.GetUtcNow(), Json("m"));
        var fact = new UserDeleted { Key = "k1", UserId = "peter", At = at };
        ComposedActivity[] composed = [new("m", "Signed In", "peter", "acme")];
        void Step()
        {
            _activity.Captured("scope", "Signed In", "k1", "peter", at, fact);
            _activity.Composed("scope", composed);
            _activity.Recorded(payload);
            _activity.Answered(payload, at, DeliveryStep.Delivered, "200");
        }

        Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 2 * PendingSteps.Capacity; i++)
        {
            Step();
        }

        // The runtime may allocate while it compiles these methods again; a step that allocated would need 24 bytes or more each time.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * 2 * PendingSteps.Capacity);
    }

    [Fact]
    public void Calls_that_need_more_room_than_there_is_leave_out_the_oldest_steps()
    {
        _feed.Keep();
        var (large, tooLarge) = (new string('p', PendingSteps.CallCapacity / 3), new string('p', PendingSteps.CallCapacity));
        foreach (var (id, text) in new[] { ("m1", "p"), ("m2", large), ("m3", large), ("m4", tooLarge), ("m5", large), ("m6", "p") })
        {
            _activity.Recorded(Encoding.UTF8.GetBytes($$$"""{"event":"Signed In","messageId":"{{{id}}}","properties":{"text":"{{{text}}}"}}"""));
        }

        Assert.Equal(["m3", "m5", "m6"], Rows().Select(row => LiveCall.Of(row.Payload!.Value.Span).MessageId));
        Assert.Equal(3, _feed.LeftOut);
    }

    [Fact]
    public async Task Many_steps_become_rows_though_nobody_looks()
    {
        _feed.Keep();
        for (var i = 0; i < LiveFeed.Capacity * 2; i++)
        {
            Capture("scope" + i, "k" + i, "user" + i);
        }

        var patience = DateTime.UtcNow + Patience.Limit;
        while (_feed.Names == 0)
        {
            Assert.True(DateTime.UtcNow < patience);
            await Task.Yield();
        }

        Assert.Equal(0, _feed.LeftOut);
    }

    [Fact]
    public void A_row_is_written_once_for_all_who_look()
    {
        _feed.Keep();
        var id = Capture("scope", "k1", "peter");
        var (first, second) = (_feed.ReadAfter(-1).Rows[0], _feed.ReadAfter(-1).Rows[0]);

        Assert.Same(first.Json(DashboardAccess.Local), second.Json(DashboardAccess.Mapped));
        Assert.Equal(
            """{"id":1,"event":"Signed In","at":"2026-03-01T12:00:00+00:00","state":"captured","steps":[{"state":"captured","at":"2026-03-01T12:00:00+00:00","count":1}]}""",
            Encoding.UTF8.GetString(second.Json(DashboardAccess.Anonymous)));

        _activity.Recorded(Json(id));
        Assert.Equal(
            $$$"""
            {"id":1,"event":"Signed In","at":"2026-03-01T12:00:00+00:00","state":"recorded","user":"peter","account":"acme","accountFrom":"session, or another event of the scope","scope":"scope","json":"{\"userId\":\"peter\",\"type\":\"track\",\"event\":\"Signed In\",\"properties\":{\"username\":\"p\"},\"context\":{\"groupId\":\"acme\"},\"messageId\":\"{{{id}}}\"}","steps":[{"state":"captured","at":"2026-03-01T12:00:00+00:00","count":1},{"state":"recorded","at":"2026-03-01T12:00:00+00:00","count":1}],"fact":{"$type":"user-deleted","Key":"k1","UserId":"peter","IsExcluded":false,"At":"2026-03-01T12:00:00+00:00"}}
            """,
            Encoding.UTF8.GetString(_feed.ReadAfter(-1).Rows[0].Json(DashboardAccess.Local)));
    }

    [Theory]
    [InlineData(0, 50)]
    [InlineData(20, 400)]
    [InlineData(1000, 500)]
    public void After_its_work_it_rests_twenty_times_as_long_and_never_so_long_that_it_is_seen(int work, int rest) =>
        Assert.Equal(TimeSpan.FromMilliseconds(rest), LiveFeed.RestAfter(TimeSpan.FromMilliseconds(work)));

    [Fact]
    public void A_row_shows_where_its_account_came_from()
    {
        var signIn = new SignInSucceeded { Key = "k1", UserId = "peter", At = _clock.GetUtcNow(), Profile = new Profile() };
        string? From(CapturedFact fact) =>
            new LiveRow { Id = 1, Event = fact.EventName, At = fact.At, State = LiveStates.Composed, AccountId = "acme", Fact = fact }.AccountFrom;

        Assert.Equal("tenant claim", From(signIn with { GroupId = "acme" }));
        Assert.Equal("user's row or membership", From(signIn));
        Assert.Equal("membership", From(new MemberAdded { Key = "k2", UserId = "peter", At = _clock.GetUtcNow(), GroupId = "acme" }));
    }

    [Fact]
    public void Every_reason_for_a_lost_event_is_a_missed_one()
    {
        var text = Document.Page("reasons").Text;
        var lost = text[text.IndexOf("## Lost or refused events", StringComparison.Ordinal)..].Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('`')[1])
            .ToList();

        Assert.Contains(Reasons.Rejected, lost);
        Assert.All(lost, reason => Assert.Equal((reason, LiveStates.Missed), (reason, LiveStates.OfReason(reason))));
    }

    [Fact]
    public void A_payload_that_is_no_JSON_is_logged_and_keeps_no_other_row_away()
    {
        _feed.Keep();
        _activity.Recorded("{no JSON}"u8.ToArray());
        Capture("scope", "k1", "peter");

        Assert.Single(Rows());
        Assert.Equal(["Intilery lifecycle tracking failed while showing an event on the page; the application is not affected."], _diagnostics.Log.All.Select(line => line.Message));
    }

    [Fact]
    public void A_viewer_reads_what_has_changed_since_it_last_asked()
    {
        _feed.Keep();
        var id = Capture("scope", "k1", "peter");
        var (_, version) = _feed.ReadAfter(-1);
        var changed = _feed.ChangedAfterAsync(version);
        Assert.False(changed.IsCompleted);
        Capture("scope", "k2", "peter");

        Assert.True(changed.IsCompleted);
        var (rows, next) = _feed.ReadAfter(version);
        Assert.Equal("k2", Assert.Single(rows).Row.Fact!.Key);
        _activity.Recorded(Json(id));
        Assert.Equal("k1", Assert.Single(_feed.ReadAfter(next).Rows).Row.Fact!.Key);
    }

    private string Capture(string scope, string key, string userId)
    {
        _activity.Captured(scope, "Signed In", key, userId, _clock.GetUtcNow(), new UserDeleted { Key = key, UserId = userId, At = _clock.GetUtcNow() });
        return MessageIds.Derive("Signed In", userId, key);
    }

    private static byte[] Json(string id) => Encoding.UTF8.GetBytes(
        $$"""{"userId":"peter","type":"track","event":"Signed In","properties":{"username":"p"},"context":{"groupId":"acme"},"messageId":"{{id}}"}""");

    private IReadOnlyList<LiveRow> Rows() => [.. _feed.ReadAfter(-1).Rows.Select(entry => entry.Row)];

    private IEnumerable<string> Steps() => Rows()[0].Steps.Select(step => step.State);
}
