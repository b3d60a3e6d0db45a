using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using Moq;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Sqlite;

public sealed class GroupCommitTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    [Theory]
    [InlineData(100, 3)]
    [InlineData(30_000, 30)]
    public async Task A_thousand_requests_share_a_few_transactions_bounded_in_number_and_in_bytes(int payloadBytes, int mostCommits)
    {
        var store = _folder.Open();
        var (commits, begun, release) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        var watched = new Mock<IOutboxStore>();
        watched
            .Setup(inner => inner.WriteAsync(It.IsAny<IReadOnlyList<OutboxWrite>>(), It.IsAny<CancellationToken>()))
            .Returns(async (IReadOnlyList<OutboxWrite> writes, CancellationToken cancellationToken) =>
            {
                commits++;
                begun.TrySetResult();
                await release.Task;
                await store.WriteAsync(writes, cancellationToken);
            });
        using var signal = new OutboxSignal();
        using var writer = new OutboxWriter(
            watched.Object, signal, new OutboxWriterSettings(TimeSpan.FromMinutes(1), 2000), _folder.Diagnostics.Diagnostics, TimeProvider.System);
        writer.Start();

        var first = CommitAsync(1);
        await begun.Task;
        var others = Enumerable.Range(2, 999).Select(CommitAsync).ToList();
        release.SetResult();

        Assert.All(await Task.WhenAll([first, .. others]), outcome => Assert.Equal(RecordOutcome.Recorded, outcome));
        Assert.Equal(1000, (await store.IdsAsync(maxRows: 2000)).Count);
        Assert.InRange(commits, 2, mostCommits);

        Task<RecordOutcome> CommitAsync(int id) =>
            writer.CommitAsync(new OutboxCommit([], [Row(id) with { Payload = new byte[payloadBytes] }]), CancellationToken.None).AsTask();
    }

    public void Dispose() => _folder.Dispose();
}
