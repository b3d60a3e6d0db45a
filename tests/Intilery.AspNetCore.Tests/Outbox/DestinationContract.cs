using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;
using static Intilery.AspNetCore.Tests.Support.TrialSample;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>What every store must do with what waits for a destination that is not delivered to any more.</summary>
public abstract class DestinationContract : TrialScheduleContract
{
    private const string There = "https://former.test/track/old/old/OLD";

    [Fact]
    public async Task Each_destination_is_listed_with_its_rows_and_open_trials()
    {
        Assert.Empty(await ContentsAsync());

        await WriteBothAsync();

        Assert.Equal([new DestinationContents(There, 2, 1), new DestinationContents(Here, 1, 1)], await ContentsAsync());
    }

    [Fact]
    public async Task What_is_redirected_waits_for_the_other_destination_in_its_old_order_and_trials_end_there()
    {
        await WriteBothAsync();
        var read = Assert.Single(await Store.NextAsync(), trial => trial.Destination == There);

        Assert.True(await Store.Destinations.TryRedirectAsync(new DestinationContents(There, 2, 1), Here, CancellationToken.None));

        Assert.Equal([new DestinationContents(Here, 3, 2)], await ContentsAsync());
        Assert.Equal([1, 2, 3], await Store.IdsAsync());
        Assert.Empty(await Store.IdsAsync(There));
        Assert.All(await Store.NextAsync(), trial => Assert.Equal(Here, trial.Destination));

        // Whoever has read the trial before does not end it at its former destination.
        await Store.WriteAsync(Commit(Expire(50, read)));
        Assert.Equal([1, 2, 3], await Store.IdsAsync());
    }

    [Fact]
    public async Task What_is_purged_is_gone_and_the_rest_stays()
    {
        await WriteBothAsync();

        Assert.True(await Store.Destinations.TryPurgeAsync(new DestinationContents(There, 2, 1), CancellationToken.None));

        Assert.Equal([new DestinationContents(Here, 1, 1)], await ContentsAsync());
        Assert.Equal([2], await Store.IdsAsync());
    }

    [Theory]
    [InlineData(There, 1, 1)]
    [InlineData(There, 3, 1)]
    [InlineData(There, 2, 0)]
    [InlineData(There, 2, 2)]
    [InlineData("https://never.test", 2, 1)]
    public async Task What_is_not_as_it_was_seen_stays_as_it_is(string destination, long rows, long trials)
    {
        await WriteBothAsync();
        var seen = new DestinationContents(destination, rows, trials);

        Assert.False(await Store.Destinations.TryRedirectAsync(seen, Here, CancellationToken.None));
        Assert.False(await Store.Destinations.TryPurgeAsync(seen, CancellationToken.None));

        Assert.Equal([new DestinationContents(There, 2, 1), new DestinationContents(Here, 1, 1)], await ContentsAsync());
        Assert.Equal([1, 3], await Store.IdsAsync(There));
    }

    // Two rows and a trial there, one of each here; a trial that has ended there is nothing that waits.
    private async Task WriteBothAsync()
    {
        var former = Trial("trial:former", groupId: "acct_2") with { Destination = There };
        var ended = Trial("trial:ended", groupId: "acct_3") with { Destination = There };
        await Store.WriteAsync(
            Commit(Row(1) with { Destination = There }, Row(2), Row(3) with { Destination = There }),
            Move(20, Trial()),
            Move(21, former),
            Move(22, ended),
            Commit(End(23, ended)));
        await Store.CompleteAsync([23], CancellationToken.None);
    }

    private async Task<IReadOnlyList<DestinationContents>> ContentsAsync() => await Store.Destinations.ReadAsync(CancellationToken.None);
}
