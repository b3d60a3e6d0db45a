using Intilery.AspNetCore.Testing;

namespace Intilery.AspNetCore.Tests.Testing;

/// <summary>What the recorder's waits and assertions say, above all when they do not hold.</summary>
public sealed class IntileryRecorderTests
{
    private const string SignedIn = """{"userId":"u1","type":"track","event":"Signed In","properties":{"username":"peter"},"context":{"groupId":"acme"},"messageId":"m1","timestamp":"2026-11-23T08:30:00.000Z"}""";
    private const string SignedOut = """{"userId":"u1","type":"track","event":"Signed Out","properties":{"username":"peter"},"messageId":"m2","timestamp":"2026-11-23T08:31:00.000Z"}""";

    private readonly IntileryRecorder _recorder = new();

    [Fact]
    public void An_event_is_read_whole()
    {
        Record("""{"userId":"u1","anonymousId":"a1","type":"identify","event":"identify","traits":{"email":"p@example.com"},"context":{"groupId":"acme"},"messageId":"m1","timestamp":"2026-11-23T08:30:00.000Z"}""");

        var identify = Assert.Single(_recorder.Events);
        Assert.Equal(
            ("identify", true, "u1", "a1", "acme", "m1", new DateTimeOffset(2026, 11, 23, 8, 30, 0, TimeSpan.Zero)),
            (identify.Name, identify.IsIdentify, identify.UserId, identify.AnonymousId, identify.GroupId, identify.MessageId, identify.Timestamp));
        Assert.Equal("""{"email":"p@example.com"}""", identify.Traits!.Value.GetRawText());
        Assert.Equal("""{"groupId":"acme"}""", identify.Context!.Value.GetRawText());
        Assert.Null(identify.Properties);
    }

    [Fact]
    public async Task A_wait_ends_with_the_event()
    {
        var one = _recorder.WaitForAsync("Signed Out", cancellationToken: TestContext.Current.CancellationToken);
        var two = _recorder.WaitForAsync(2, cancellationToken: TestContext.Current.CancellationToken);
        var members = _recorder.WaitForAsync(recorded => recorded.GroupId == "acme", cancellationToken: TestContext.Current.CancellationToken);
        Record(SignedIn);
        Assert.False(one.IsCompleted || two.IsCompleted);
        Assert.Equal("Signed In", (await members).Name);
        Record(SignedOut);

        Assert.Equal("m2", (await one).MessageId);
        Assert.Equal(["Signed In", "Signed Out"], (await two).Select(recorded => recorded.Name));
    }

    [Fact]
    public async Task A_wait_that_is_over_says_what_was_seen_instead()
    {
        Record(SignedIn);
        Suppress("Signed In", "refresh");

        var exception = await Assert.ThrowsAsync<IntileryAssertionException>(
            () => _recorder.WaitForAsync("Signed Up", TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken));

        Assert.Equal(
            $"""
            Waited 00:00:00.0010000 for 'Signed Up'. Recorded:
              {SignedIn}
            No events:
              Signed In: refresh
            """,
            exception.Message,
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _recorder.WaitForSuppressedAsync("refresh", cancellationToken: cancelled.Token));
    }

    [Fact]
    public void One_is_neither_none_nor_two()
    {
        Record(SignedIn);
        Assert.Equal("m1", _recorder.AssertSingle("Signed In").MessageId);
        Assert.Equal("m1", _recorder.AssertSingle("Signed In", "u1").MessageId);
        Assert.StartsWith("Expected one 'Signed In' of user u2, but found 0.", Fault(() => _recorder.AssertSingle("Signed In", "u2")), StringComparison.Ordinal);

        Record(SignedIn);
        Assert.StartsWith("Expected one 'Signed In', but found 2.", Fault(() => _recorder.AssertSingle("Signed In")), StringComparison.Ordinal);
    }

    [Fact]
    public void None_is_none_of_that_name_or_none_at_all()
    {
        _recorder.AssertNone();
        Record(SignedIn);

        _recorder.AssertNone("Signed Out");
        _recorder.AssertNone("Signed In", "u2");
        Assert.StartsWith("Expected no 'Signed In', but found 1.", Fault(() => _recorder.AssertNone("Signed In")), StringComparison.Ordinal);
        Assert.StartsWith("Expected no event, but found 1.", Fault(() => _recorder.AssertNone()), StringComparison.Ordinal);

        _recorder.Clear();
        _recorder.AssertNone();
    }

    [Fact]
    public void A_sequence_is_all_of_a_users_events_in_their_order()
    {
        Record(SignedIn);
        Record(SignedOut);
        Record("""{"userId":"u2","type":"track","event":"Signed In","properties":{}}""");

        _recorder.AssertSequence("u1", "Signed In", "Signed Out");
        Assert.StartsWith(
            "Expected [Signed Out, Signed In] of user u1, but found [Signed In, Signed Out].",
            Fault(() => _recorder.AssertSequence("u1", "Signed Out", "Signed In")),
            StringComparison.Ordinal);
        Assert.Contains("but found [Signed In, Signed Out].", Fault(() => _recorder.AssertSequence("u1", "Signed In")), StringComparison.Ordinal);
    }

    [Fact]
    public void What_keeps_to_the_specification_passes()
    {
        Record(SignedIn);
        Record("""{"userId":"u1","type":"track","event":"Trial Started","properties":{"trial_start_date":"2018-08-28T04:09:47Z","trial_end_date":"2018-09-20T04:09:47.123Z","trial_plan_name":"Business"},"messageId":"m","timestamp":"2026-11-23T08:30:00.000Z"}""");
        Record("""{"anonymousId":"a1","type":"track","event":"Report Exported","properties":{"pages":3},"messageId":"m","timestamp":"2026-11-23T08:30:00.000Z"}""");

        _recorder.AssertConformsToSpecification();
    }

    [Theory]
    [InlineData("Signed In", """{"user":"peter"}""", "Signed In: 'user' is not one of its properties.")]
    [InlineData("Signed In", """{"Username":"peter"}""", "Signed In: 'Username' is not one of its properties.")]
    [InlineData("Signed In", """{"username":7}""", "Signed In: 'username' is 7, but must be a string.")]
    [InlineData("Account Removed User", """{"role":"Owner"}""", "Account Removed User: 'role' is not one of its properties.")]
    [InlineData("Trial Ended", """{"trial_end_date":"20/09/2018"}""", "Trial Ended: 'trial_end_date' is '20/09/2018', but must be an ISO-8601 date.")]
    public void What_does_not_is_named(string name, string properties, string fault)
    {
        Record($$"""{"userId":"u1","type":"track","event":"{{name}}","properties":{{properties}},"messageId":"m","timestamp":"2026-11-23T08:30:00.000Z"}""");

        Assert.Contains(Environment.NewLine + "  " + fault + Environment.NewLine, Fault(() => _recorder.AssertConformsToSpecification()), StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_without_its_envelope_is_named()
    {
        Record("""{"anonymousId":"a1","type":"track","event":"Signed In","timestamp":"2026-11-23T08:30:00.000+01:00"}""");

        var fault = Fault(() => _recorder.AssertConformsToSpecification());

        Assert.All(["no userId.", "no properties.", "no messageId.", "no timestamp in UTC."], missing =>
            Assert.Contains("Signed In: " + missing, fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Properties_that_are_added_on_purpose_are_let_through()
    {
        Record("""{"userId":"u1","type":"track","event":"Signed In","properties":{"plan":7},"messageId":"m","timestamp":"2026-11-23T08:30:00.000Z"}""");

        _recorder.AssertConformsToSpecification("plan");
    }

    private static string Fault(Action assertion) => Assert.Throws<IntileryAssertionException>(assertion).Message;

    private void Record(string json) => ((ILifecycleEventObserver)_recorder).OnRecorded(new RecordedEvent(json));

    private void Suppress(string fact, string reason) => ((ILifecycleEventObserver)_recorder).OnSuppressed(new SuppressedEvent(fact, reason));
}
