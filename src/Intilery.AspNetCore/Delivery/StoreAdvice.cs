
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Delivery;

/// <summary>What somebody can do about an outbox that cannot be written or read.</summary>
internal static class StoreAdvice
{
    public static string For(IOutboxStore store, StoreFault? fault) => $"The outbox cannot be written: {store.Description}. " + fault switch
    {
        StoreFault.Unreachable => "Its disk or database is not there, or does not answer: see that it is, and that this machine reaches it.",
        StoreFault.Busy => "Others hold what it needs: see who they are, and for how long.",
        StoreFault.Full => "It has no room: see its disk, and Intilery:Outbox:MaxBytes.",
        StoreFault.Denied => "The application may not write it: see its rights, and whether it is read-only.",
        StoreFault.MissingTables => "Its tables are missing.",
        _ => "The log says why.",
    } + " Events wait in memory until it can be.";
}
