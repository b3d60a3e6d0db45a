using System.Text;
using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;
using static Intilery.AspNetCore.Tests.Support.TrialSample;

namespace Intilery.AspNetCore.Tests.Outbox.Memory;

/// <summary>What is shown of events, where none is kept.</summary>
public sealed class CaptureOnlyOutboxTests : IDisposable
{
    private readonly TestDiagnostics _diagnostics = new(TimeProvider.System);
    private readonly OutboxSignal _signal = new();
    private readonly CaptureOnlyOutbox _outbox;

    public CaptureOnlyOutboxTests() => _outbox = new CaptureOnlyOutbox(
        new MemoryOutboxStore(new MemoryTrials(MemoryTrials.DefaultCapacity), new CapturedLog(_diagnostics.Diagnostics, showsContent: true).Write), _signal, _diagnostics.Diagnostics);

    [Theory]
    [InlineData("""{"userId":"u1","type":"track","event":"Signed In","properties":{"username":"Zoë"},"context":{"groupId":"acct_1"}}""", """Captured Signed In of user u1, account acct_1: {"username":"Zoë"}""")]
    [InlineData("""{"userId":"u1","type":"track","event":"Signed In","properties":{},"context":{"app":{"name":"Shop"}}}""", "Captured Signed In of user u1, account none: {}")]
    [InlineData("""{"userId":"u1","type":"identify","event":"identify","traits":{"email":"a@example.com"}}""", """Captured Signed In of user u1, account none: {"email":"a@example.com"}""")]
    public void A_line_says_what_would_be_sent_of_whom(string call, string line)
    {
        _outbox.Commit(new OutboxCommit([], [Row(1) with { Payload = Encoding.UTF8.GetBytes(call) }]));

        Assert.Equal([line], _diagnostics.Logged(200));
    }

    [Fact]
    public void A_trial_that_is_told_twice_is_shown_once_and_the_second_is_a_duplicate()
    {
        var told = new List<int>();
        foreach (var id in new[] { 1, 2 })
        {
            _outbox.Commit(new OutboxCommit([], [Start(id, Trial())])
            {
                Committed = commit => told.Add(commit.Rows.Count(row => row.Trial!.Refusal is null)),
            });
        }

        Assert.Equal([1, 0], told);
        Assert.Equal(["Captured Trial Started of user u1, account none: {}"], _diagnostics.Logged(200));
        Assert.Equal(["Trial Started was not tracked: duplicate."], _diagnostics.Logged(100));
    }

    [Fact]
    public void What_is_no_trial_s_costs_no_memory()
    {
        var outbox = new CaptureOnlyOutbox(new MemoryOutboxStore(new MemoryTrials(MemoryTrials.DefaultCapacity), static _ => { }), _signal, _diagnostics.Diagnostics);
        var commit = new OutboxCommit([], [Row(1), Row(2)]);
        outbox.Commit(commit);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            outbox.Commit(commit);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public void Dispose()
    {
        _signal.Dispose();
        _diagnostics.Dispose();
    }
}
