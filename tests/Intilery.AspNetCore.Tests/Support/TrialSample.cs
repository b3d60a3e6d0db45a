using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Trials;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Support;

/// <summary>Changes of trials, for tests of schedules.</summary>
internal static class TrialSample
{
    /// <summary>A trial of two weeks that ends so many days after noon.</summary>
    public static Trial Trial(string key = "trial:1", double endsInDays = 14, string? userId = "u1", string? groupId = "acct_1") => new(key)
    {
        UserId = userId,
        GroupId = groupId,
        StartDate = Noon,
        EndDate = Noon.AddDays(endsInDays),
        PlanName = "Business",
        Destination = Here,
    };

    public static OutboxRow Start(long id, Trial trial, long? intentId = null) => Of(id, "Trial Started", TrialChangeKind.Start, trial, intentId);

    public static OutboxRow End(long id, Trial trial, Func<OutboxRow, Trial?, OutboxRow?>? complete = null)
    {
        var row = Of(id, "Trial Ended", TrialChangeKind.End, trial, null);
        return row with { Trial = row.Trial! with { Complete = complete } };
    }

    /// <summary>Says that no id of the trial was told.</summary>
    public static OutboxRow OfAccount(OutboxRow row) => row with { Trial = row.Trial! with { IsOfAccount = true } };

    /// <summary>The clock's own change of a trial as it has read it.</summary>
    public static OutboxRow Expire(long id, Trial read) => Of(id, "Trial Ended", TrialChangeKind.Expire, read, null);

    /// <summary>What a row says of a trial that the clock has read.</summary>
    public static OutboxWrite Correct(long id, Trial read) =>
        new(null, new OutboxCommit([], []) { Trials = [new TrialChange(TrialChangeKind.Correct, read, id)] });

    public static OutboxWrite Move(long id, Trial trial, long? intentId = null) =>
        new(null, new OutboxCommit(intentId is { } intent ? [intent] : [], []) { Trials = [new TrialChange(TrialChangeKind.Move, trial, id) { IntentId = intentId }] });

    /// <summary>Returns the open trials that end next.</summary>
    public static ValueTask<IReadOnlyList<Trial>> NextAsync(this IOutboxStore store, int maxCount = 100) =>
        store.Trials.ReadNextAsync(maxCount, CancellationToken.None);

    private static OutboxRow Of(long id, string name, TrialChangeKind kind, Trial trial, long? intentId) =>
        new(id, name, trial.UserId, OutboxRow.AtOnce, "{}"u8.ToArray())
        {
            Destination = Here,
            IntentId = intentId,
            Trial = new TrialChange(kind, trial, id),
        };
}
