using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>
/// The definition of one event of the specification: its name, its properties, its rank in a user's history, and the key by which
/// duplicate reports are recognised. It is the only place that lists them.
/// </summary>
/// <param name="name">The name, as the specification spells it.</param>
/// <param name="rank">
/// The position among a user's events of one scope, lowest first. <c>identify</c> precedes all events; <see cref="OrdinaryRank"/> is the
/// rank of events without a fixed position.
/// </param>
/// <param name="create">Creates an event without properties.</param>
/// <param name="properties">The properties, in the order in which they are sent.</param>
internal sealed class EventDefinition(string name, int rank, Func<LifecycleEvent> create, params EventProperty[] properties)
{
    public const int OrdinaryRank = 6;

    private static readonly string[] _accountIds =
        ["AccountId", "GroupId", "TenantId", "OrganizationId", "OrganisationId", "OrgId", "TeamId", "WorkspaceId", "CompanyId"];

    public string Name => name;

    public int Rank => rank;

    public IReadOnlyList<EventProperty> Properties => properties;

    /// <summary>
    /// Gets a value indicating whether the event is about the account itself: attributes require the account's id, and also find it as a
    /// plain <c>Id</c>.
    /// </summary>
    public bool IsOfAccount { get; init; }

    /// <summary>
    /// Gets a value indicating whether the event's user is a member whose id attributes have to find, instead of the signed-in user.
    /// </summary>
    public bool IsOfMember { get; init; }

    /// <summary>Gets a value indicating whether attributes look into the endpoint's result before its arguments.</summary>
    public bool PrefersResult { get; init; }

    /// <summary>
    /// Gets the key that duplicate reports share besides their user and account, given the event and its account. A report for which it
    /// returns <see langword="null"/> has no duplicates. Default: no duplicates are recognised.
    /// </summary>
    public Func<LifecycleEvent, string?, string?> SameBy { get; init; } = static (_, _) => null;

    /// <summary>Gets the names by which attributes find the id of the account that an event happens in.</summary>
    public static IReadOnlyList<string[]> AccountIds { get; } = [_accountIds];

    /// <summary>Gets the names by which attributes find the id of an account that is created or deleted.</summary>
    public static IReadOnlyList<string[]> OwnIds { get; } = [[.. _accountIds, "Id"]];

    /// <summary>Gets the names by which attributes find the id of a member.</summary>
    public static IReadOnlyList<string[]> MemberIds { get; } = [["MemberId", "MemberUserId", "UserId"]];

    public LifecycleEvent Create() => create();

    public void Write(LifecycleEvent lifecycleEvent, PropertyWriter writer)
    {
        foreach (var property in properties)
        {
            property.Write(lifecycleEvent, writer);
        }
    }

    /// <summary>Returns the event without those of its personal properties that are to be hidden.</summary>
    public LifecycleEvent Without(LifecycleEvent lifecycleEvent, Func<string, bool> hides)
    {
        foreach (var property in properties)
        {
            if (property is { IsPersonal: true, Name: { } json } && hides(json) && property.Get(lifecycleEvent) is not null)
            {
                lifecycleEvent = property.Set(lifecycleEvent, null);
            }
        }

        return lifecycleEvent;
    }

    /// <summary>Returns the event, completed with the properties that only a duplicate report has.</summary>
    public T Filled<T>(T one, LifecycleEvent other)
        where T : LifecycleEvent
    {
        LifecycleEvent filled = one;
        foreach (var property in properties)
        {
            if (property.Get(filled) is null && property.Get(other) is { } known)
            {
                filled = property.Set(filled, known);
            }
        }

        return (T)(filled.UserId is null && other.UserId is not null ? filled with { UserId = other.UserId } : filled);
    }
}

/// <summary>One property of an event: how it is read, set and sent, and the names by which attributes find it.</summary>
internal sealed class EventProperty
{
    private readonly JsonEncodedText _json;

    private EventProperty(
        string member,
        string? name,
        ValueKind kind,
        Func<LifecycleEvent, object?> get,
        Func<LifecycleEvent, object?, LifecycleEvent> set,
        string[][] foundBy)
    {
        (Member, Name, Kind, Get, Set, FoundBy) = (member, name, kind, get, set, foundBy);
        _json = name is null ? default : JsonEncodedText.Encode(name);
    }

    /// <summary>Gets the name of the record's and the attribute's member.</summary>
    public string Member { get; }

    /// <summary>Gets the name in <c>properties</c>; <see langword="null"/> for one that is not sent.</summary>
    public string? Name { get; }

    public ValueKind Kind { get; }

    public Func<LifecycleEvent, object?> Get { get; }

    public Func<LifecycleEvent, object?, LifecycleEvent> Set { get; }

    /// <summary>
    /// Gets the names by which attributes without an explicit path find the value. Each entry is a rank: a later rank counts only if the
    /// earlier ones find nothing, and two matches of one rank are ambiguous and not used.
    /// </summary>
    public IReadOnlyList<string[]> FoundBy { get; }

    /// <summary>Gets a value indicating whether an attribute tracks no event without it.</summary>
    public bool IsRequired { get; private init; }

    /// <summary>Gets a value indicating whether an attribute tracks one event for each value of a list.</summary>
    public bool MayBeList { get; private init; }

    /// <summary>Gets a value indicating whether the values of a list are joined to one, as the roles of a user are.</summary>
    public bool MayBeJoined { get; private init; }

    /// <summary>Gets a value indicating whether it is personal data: <c>Privacy:Properties</c> decides whether it is sent.</summary>
    public bool IsPersonal { get; private init; }

    /// <summary>Gets a value indicating whether it must be an e-mail address.</summary>
    public bool IsEmail { get; private init; }

    public static EventProperty Text<T>(
        string member, string? name, Func<T, string?> get, Func<T, string?, T> set,
        bool isRequired = false,
        bool mayBeList = false,
        bool mayBeJoined = false,
        bool isPersonal = false,
        bool isEmail = false,
        string[][]? foundBy = null)
        where T : LifecycleEvent =>
            new(member, name, ValueKind.Text, it => get((T)it), (it, value) => set((T)it, (string?)value), foundBy ?? [])
    {
        IsRequired = isRequired, MayBeList = mayBeList, MayBeJoined = mayBeJoined, IsPersonal = isPersonal, IsEmail = isEmail,
    };

    public static EventProperty Date<T>(
        string member, string name, Func<T, UtcDateTime?> get, Func<T, UtcDateTime?, T> set, params string[][] foundBy)
        where T : LifecycleEvent =>
            new(member, name, ValueKind.Date, it => get((T)it), (it, value) => set((T)it, (UtcDateTime?)value), foundBy);

    public void Write(LifecycleEvent lifecycleEvent, PropertyWriter writer)
    {
        if (Name is null)
        {
            return;
        }

        switch (Get(lifecycleEvent))
        {
            case string text:
                writer.Text(_json, text);
                break;
            case UtcDateTime date:
                writer.Date(_json, date);
                break;
        }
    }
}

/// <summary>The kind of value that a property of an event has.</summary>
internal enum ValueKind
{
    /// <summary>Text, or a value that can be formatted as text.</summary>
    Text,

    /// <summary>A date, or text that can be parsed as one.</summary>
    Date,

    /// <summary>Text, a number, a date, or a list of these.</summary>
    Simple,
}
