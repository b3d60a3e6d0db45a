using Microsoft.EntityFrameworkCore;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>
/// Finds the contexts that a request's user stores work with. It is asked while one of the stores has just been at work, and makes no
/// context.
/// </summary>
internal sealed class RequestContexts(UserStores stores)
{
    public IEnumerable<DbContext> Of(IServiceProvider request) =>
        stores.Contexts.Where(store => IsMade(store, request)).Select(store => request.GetService(store.Type)).OfType<DbContext>();

    // A request that makes a context makes its options first. Options that are older than the request show
    // nothing; but an only store is the one that was at work.
    private bool IsMade(UserStoreContext store, IServiceProvider request)
    {
        if (!store.MakesOptions)
        {
            return stores.Contexts.Count == 1;
        }

        var before = ConfiguredContexts.Count;
        return request.GetService(store.Options) is not null && ConfiguredContexts.Count == before;
    }
}
