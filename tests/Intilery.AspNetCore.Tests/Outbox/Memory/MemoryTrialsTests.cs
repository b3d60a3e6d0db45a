using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using Intilery.AspNetCore.Trials;
using static Intilery.AspNetCore.Tests.Support.TrialSample;

namespace Intilery.AspNetCore.Tests.Outbox.Memory;

/// <summary>What the schedule in memory forgets where it is full.</summary>
public sealed class MemoryTrialsTests : IDisposable
{
    private readonly ObservedClock _time = new();
    private readonly TestDiagnostics _diagnostics;
    private readonly RowIdSequence _ids;
    private readonly MemoryTrials _trials;

    public MemoryTrialsTests()
    {
        _diagnostics = new TestDiagnostics(_time);
        _ids = new RowIdSequence(_time);
        _trials = new MemoryTrials(3, _diagnostics.Diagnostics);
    }

    [Fact]
    public async Task Of_trials_that_have_ended_the_one_that_ended_first_makes_room()
    {
        Begin("a", 1);
        Begin("b", 2);
        Begin("c", 30);
        Finish("b");
        _time.Advance(TimeSpan.FromMinutes(1));
        Finish("a");
        Begin("d", 3);

        Assert.Equal(["d", "c"], await OpenAsync());
        Assert.False(Finish("a"));
        Assert.True(Finish("b"));
    }

    [Fact]
    public async Task Where_all_are_open_the_one_that_ends_last_makes_room()
    {
        Begin("a", 1);
        Begin("b", 30);
        Begin("c", 2);
        Begin("d", 3);

        Assert.Equal(["a", "c", "d"], await OpenAsync());
    }

    [Fact]
    public async Task A_trial_that_ends_after_all_the_others_is_an_event_and_not_remembered()
    {
        Begin("a", 1);
        Begin("b", 2);
        Begin("c", 3);
        Assert.True(Begin("d", 4));

        Assert.Equal(["a", "b", "c"], await OpenAsync());
        Assert.True(Begin("d", 4));
    }

    [Fact]
    public async Task A_full_memory_goes_on_with_the_trials_that_it_holds()
    {
        Begin("a", 1);
        Begin("b", 2);
        Begin("c", 3);

        Assert.False(Begin("a", 9));
        Assert.True(Finish("b"));

        Assert.Equal(["c", "a"], await OpenAsync());
        Assert.Empty(_diagnostics.Logged(253));
    }

    [Fact]
    public void That_it_is_full_is_said_once_a_minute_with_its_limit()
    {
        for (var trial = 0; trial < 6; trial++)
        {
            Begin($"{trial}", trial);
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        Begin("last", 1);

        const string Full = "The trial clock's memory is full: it holds 3 trials, and drops those that ended first, then those that end last. "
            + "A dropped trial gets no Trial Ended at its end date, and its events may be sent twice.";
        Assert.Equal([Full, $"{Full} 2 earlier lines like this one were left out."], _diagnostics.Logged(253));
    }

    public void Dispose() => _diagnostics.Dispose();

    private bool Begin(string key, double endsInDays) => Apply(TrialChangeKind.Start, key, endsInDays);

    private bool Finish(string key) => Apply(TrialChangeKind.End, key, 0);

    private bool Apply(TrialChangeKind kind, string key, double endsInDays) =>
        _trials.Apply(new TrialChange(kind, Trial(key, endsInDays), _ids.Next()), out _);

    private async Task<IEnumerable<string>> OpenAsync() => (await _trials.ReadNextAsync(10, CancellationToken.None)).Select(trial => trial.Key);
}
