using Intilery.AspNetCore.Outbox;

namespace Intilery.AspNetCore.Tests.Outbox;

/// <summary>Holds the store that a contract is tried on.</summary>
public abstract class StoreContract : IDisposable
{
    private IOutboxStore? _store;

    private protected IOutboxStore Store => _store ??= OpenNew();

    public void Dispose()
    {
        _store?.Dispose();
        CleanUp();
        GC.SuppressFinalize(this);
    }

    private protected abstract IOutboxStore OpenNew();

    private protected virtual void CleanUp()
    {
    }
}
