using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Outbox.Memory;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox.Memory;

public sealed class MemoryOutboxStoreTests : OutboxStoreContract
{
    [Fact]
    public async Task A_full_store_refuses_the_whole_write_and_takes_it_once_there_is_room()
    {
        using var store = new MemoryOutboxStore(2);
        await store.WriteAsync(Commit(Row(1), Row(2)));

        await Assert.ThrowsAsync<IOException>(async () => await store.WriteAsync(Commit(Row(3))));
        Assert.Equal([1, 2], await store.IdsAsync());

        await store.CompleteAsync([1], CancellationToken.None);
        await store.WriteAsync(Commit(Row(3)));
        Assert.Equal([2, 3], await store.IdsAsync());
    }

    [Fact]
    public async Task Of_more_dead_letters_than_it_keeps_the_oldest_are_dropped_counted_and_said()
    {
        using var diagnostics = new TestDiagnostics(TimeProvider.System);
        using var store = new MemoryOutboxStore(10_000, diagnostics: diagnostics.Diagnostics);
        await store.WriteAsync(Commit([.. Enumerable.Range(1, MemoryOutboxStore.MaxDeadLetters + 2).Select(id => Row(id))]));
        for (var id = 1; id <= MemoryOutboxStore.MaxDeadLetters + 2; id++)
        {
            await store.RejectAsync(new DeadLetter(Row(id), "no", Noon), CancellationToken.None);
        }

        Assert.Equal(MemoryOutboxStore.MaxDeadLetters, (await store.GetStatusAsync(CancellationToken.None)).DeadLetters);
        Assert.Equal(3, (await store.ReadDeadLettersAsync(0, 1, CancellationToken.None))[0].Row.Id);
        Assert.Equal(2, diagnostics.Dropped["dead-letters-full"]);
        Assert.Equal(["Events were lost for the reason dead-letters-full: 1."], diagnostics.Logged(300));
    }

    private protected override IOutboxStore OpenNew() => new MemoryOutboxStore(1000);
}
