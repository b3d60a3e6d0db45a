
using Intilery.AspNetCore.Trials;

namespace Intilery.AspNetCore.Outbox;

/// <summary>Where rows and intents are kept. One test, <c>OutboxStoreContract</c>, says what each store must do.</summary>
internal interface IOutboxStore : IOutboxReader, IOutboxOperations, ITrialStore, IDisposable
{
    /// <summary>Gets what the start-up line says of the store.</summary>
    string Description { get; }

    /// <summary>Gets a value indicating whether what was recorded survives the process.</summary>
    bool SurvivesProcess => true;

    /// <summary>Gets what waits for each destination, for operators.</summary>
    IOutboxDestinations Destinations { get; }

    /// <summary>Gets what is wrong with the store and what to do about it, for people; <see langword="null"/> while nothing is known to be.</summary>
    string? Fault => null;

    /// <summary>Opens the store, so that a fault is the start's and not a request's.</summary>
    /// <exception cref="IOException">The store cannot be used.</exception>
    void Open();
}
