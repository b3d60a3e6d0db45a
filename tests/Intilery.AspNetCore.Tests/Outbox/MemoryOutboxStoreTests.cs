using Intilery.AspNetCore.Outbox;
using Intilery.AspNetCore.Tests.Support;
using static Intilery.AspNetCore.Tests.Support.OutboxSample;

namespace Intilery.AspNetCore.Tests.Outbox;

public sealed class MemoryOutboxStoreTests : OutboxStoreContract
{
    [Fact]
    public async Task A_full_store_refuses_the_whole_write_and_takes_it_once_there_is_room()
    {
        using var store = new MemoryOutboxStore(2);
        await store.WriteAsync(Settle(Row(1), Row(2)));

        await Assert.ThrowsAsync<IOException>(async () => await store.WriteAsync(Settle(Row(3))));
        Assert.Equal([1, 2], await store.IdsAsync());

        await store.CompleteAsync([1], CancellationToken.None);
        await store.WriteAsync(Settle(Row(3)));
        Assert.Equal([2, 3], await store.IdsAsync());
    }

    private protected override IOutboxStore OpenNew() => new MemoryOutboxStore(1000);
}
