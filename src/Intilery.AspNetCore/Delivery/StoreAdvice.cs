
using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Delivery;

/// <summary>What somebody can do about an outbox that cannot be written or read.</summary>
internal static class StoreAdvice
{
    public static string For(IOutboxStore store, StoreFault? fault) => $"The outbox cannot be written: {store.Description}. " + fault switch
    {
        StoreFault.Unreachable => "Its disk or database cannot be reached: check that it is available to this machine.",
        StoreFault.Busy => "It is locked by others: check what locks it, and for how long.",
        StoreFault.Full => "It is full: check its disk, and Intilery:Outbox:MaxBytes.",
        StoreFault.Denied => "The application may not write it: check its permissions, and whether it is read-only.",
        StoreFault.MissingTables => "Its tables are missing.",
        _ => "The log has the reason.",
    } + " Events wait in memory until it can be.";
}
