namespace Intilery.AspNetCore.Outbox;

/// <summary>The right to deliver: of the processes that share an outbox, one has it at a time.</summary>
internal interface IDeliveryLease
{
    /// <summary>Gets how often to look for the lease and for rows: other processes give no signal.</summary>
    TimeSpan LookEvery { get; }

    /// <summary>Returns whether this process may deliver now; takes the lease if no living process has it.</summary>
    ValueTask<bool> TryHoldAsync(CancellationToken cancellationToken);
}

/// <summary>For stores that belong to one process: no other delivers from them.</summary>
internal sealed class SoleOwner : IDeliveryLease
{
    public TimeSpan LookEvery => TimeSpan.FromSeconds(30);

    public ValueTask<bool> TryHoldAsync(CancellationToken cancellationToken) => new(true);
}

/// <summary>What a store has to do from time to time, apart from reading and writing.</summary>
internal interface INodeHeartbeat
{
    /// <summary>Gets how often to beat.</summary>
    TimeSpan Every { get; }

    /// <summary>Shows the others that this process is alive. Does not throw but for its token.</summary>
    Task BeatAsync(CancellationToken cancellationToken);

    /// <summary>Hands over to the others at once, because this process ends.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);
}
