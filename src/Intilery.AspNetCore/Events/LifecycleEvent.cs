namespace Intilery.AspNetCore.Events;

/// <summary>
/// One of the ten events of Intilery's B2B SaaS specification, or a <see cref="CustomEvent"/>. The properties of each of the ten are
/// those of the specification; members that are <see langword="null"/> are omitted from the message.
/// </summary>
/// <remarks>
/// Strings longer than 1,024 characters are cut there, control characters become spaces and unpaired surrogates U+FFFD, so that
/// no value breaks a request. Ids are never altered: one that is empty, over 450 characters, begins or ends with white space or holds such
/// characters is refused with an <see cref="ArgumentException"/> where the event is tracked.
/// </remarks>
public abstract record LifecycleEvent
{
    private protected LifecycleEvent(string name) => Name = name;

    /// <summary>Gets the event's name as the specification spells it, for example <c>Signed Up</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// Gets the database key of the user the event is about, never an e-mail address or a user name, which change (API guide,
    /// "Best practices in identifying customers").
    /// </summary>
    public string? UserId { get; init; }

    /// <summary>Gets the id that the website tag gave the browser before the person was known.</summary>
    public string? AnonymousId { get; init; }

    /// <summary>Gets the id of the account (tenant), sent as <c>context.groupId</c>.</summary>
    public string? GroupId { get; init; }

    /// <summary>Gets when the event happened, or <see langword="null"/> for now. A <see cref="DateTime"/> without a zone is UTC.</summary>
    public UtcDateTime? Timestamp { get; init; }

    /// <summary>Gets the event's definition; <see langword="null"/> if the specification does not contain it.</summary>
    internal virtual EventDefinition? Definition => null;

    internal virtual void WriteProperties(PropertyWriter properties) => Definition?.Write(this, properties);
}
