using System.Runtime.CompilerServices;
using Intilery.AspNetCore.Outbox.EntityFramework;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed class LiveIntentsTests
{
    [Fact]
    public void A_stored_intent_is_abandoned_when_whoever_was_to_settle_it_is_gone_and_not_before()
    {
        var live = new LiveIntents();
        var holder = new object();
        live.Add(1, holder);
        AddForSomebodyWhoGoes(live, 2);
        AddForSomebodyWhoGoes(live, 3);
        GC.Collect();

        // 3 is not stored any more, and nobody knows who is to settle 4.
        Assert.Equal([2], live.Abandoned(new HashSet<long> { 1, 2, 4 }));
        Assert.Empty(live.Abandoned(new HashSet<long> { 1, 3, 4 }));
        GC.KeepAlive(holder);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddForSomebodyWhoGoes(LiveIntents live, long id) => live.Add(id, new object());
}
