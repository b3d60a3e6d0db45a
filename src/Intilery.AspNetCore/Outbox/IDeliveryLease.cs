namespace Intilery.AspNetCore.Outbox;

/// <summary>The right to deliver: of the processes that share an outbox, one has it at a time.</summary>
internal interface IDeliveryLease
{
    /// <summary>Gets how often to look for the lease and for rows: other processes give no signal.</summary>
    TimeSpan LookEvery { get; }

    /// <summary>Returns whether this process may deliver now; takes the lease if nobody alive has it.</summary>
    ValueTask<bool> TryHoldAsync(CancellationToken cancellationToken);
}
