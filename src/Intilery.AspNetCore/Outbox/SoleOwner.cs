namespace Intilery.AspNetCore.Outbox;

/// <summary>For stores that belong to one process: nobody else delivers from them.</summary>
internal sealed class SoleOwner : IDeliveryLease
{
    public TimeSpan LookEvery => TimeSpan.FromSeconds(30);

    public ValueTask<bool> TryHoldAsync(CancellationToken cancellationToken) => new(true);
}
