namespace Intilery.AspNetCore.Outbox;

/// <summary>What a store has to do from time to time, apart from reading and writing.</summary>
internal interface IOutboxUpkeep
{
    /// <summary>Gets how often to beat.</summary>
    TimeSpan Every { get; }

    /// <summary>Shows the others that this process is alive. Does not throw but for its token.</summary>
    Task BeatAsync(CancellationToken cancellationToken);

    /// <summary>Hands over to the others at once, because this process ends.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);
}
