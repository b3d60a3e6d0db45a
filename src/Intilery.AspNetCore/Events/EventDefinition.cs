using System.Text.Json;

namespace Intilery.AspNetCore.Events;

/// <summary>
/// What one event of the specification is: its name, its properties, its place in a user's history, and by what two reports of it are recognised as
/// one. All who need to know ask here; nothing of it is listed anywhere else.
/// </summary>
/// <param name="name">The name, as the specification spells it.</param>
/// <param name="rank">
/// Where it stands among a user's own events of one scope, in the order that a reader of the user's history needs; <c>identify</c> is before
/// all, and <see cref="OrdinaryRank"/> is that of events that need no place.
/// </param>
/// <param name="create">Makes an event without any property.</param>
/// <param name="properties">Its properties, in the order in which they are sent.</param>
internal sealed class EventDefinition(string name, int rank, Func<LifecycleEvent> create, params EventProperty[] properties)
{
    public const int OrdinaryRank = 6;

    private static readonly string[] _accountIds =
        ["AccountId", "GroupId", "TenantId", "OrganizationId", "OrganisationId", "OrgId", "TeamId", "WorkspaceId", "CompanyId"];

    public string Name => name;

    public int Rank => rank;

    public IReadOnlyList<EventProperty> Properties => properties;

    /// <summary>Gets a value indicating whether it is about the account itself, which attributes may find by a plain <c>Id</c> and cannot do without.</summary>
    public bool IsOfAccount { get; init; }

    /// <summary>Gets a value indicating whether its user is a member whom attributes have to find, instead of who is signed in.</summary>
    public bool IsOfMember { get; init; }

    /// <summary>Gets a value indicating whether attributes look into the endpoint's result before its arguments.</summary>
    public bool PrefersResult { get; init; }

    /// <summary>
    /// Gets what two reports of one thing have in common besides their user and account, given the event and its account; a report of which it
    /// returns <see langword="null"/> is one of its own. Default: none are recognised.
    /// </summary>
    public Func<LifecycleEvent, string?, string?> SameBy { get; init; } = static (_, _) => null;

    /// <summary>Gets the names of the account that an event happens in, by which attributes find it.</summary>
    public static IReadOnlyList<string[]> AccountIds { get; } = [_accountIds];

    /// <summary>Gets the names of the account that is itself created or deleted.</summary>
    public static IReadOnlyList<string[]> OwnIds { get; } = [[.. _accountIds, "Id"]];

    /// <summary>Gets the names of a member.</summary>
    public static IReadOnlyList<string[]> MemberIds { get; } = [["MemberId", "MemberUserId", "UserId"]];

    public LifecycleEvent Create() => create();

    public void Write(LifecycleEvent lifecycleEvent, PropertyWriter writer)
    {
        foreach (var property in properties)
        {
            property.Write(lifecycleEvent, writer);
        }
    }

    /// <summary>Returns the event without those of its properties that say who a person is, and are to be hidden.</summary>
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

    /// <summary>Returns the event with what only another report of the same thing knows.</summary>
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

/// <summary>One property of an event: how it is read, set and sent, and by what names attributes find it.</summary>
internal sealed class EventProperty
{
    private readonly JsonEncodedText _json;

    private EventProperty(
        string member, string? name, ValueKind kind, Func<LifecycleEvent, object?> get, Func<LifecycleEvent, object?, LifecycleEvent> set, string[][] foundBy)
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
    /// Gets the names that unmistakably mean it, for attributes that do not say where it is. Each entry is a rank: what a later one finds counts only
    /// where an earlier one finds nothing, and two finds of one rank are not guessed between.
    /// </summary>
    public IReadOnlyList<string[]> FoundBy { get; }

    /// <summary>Gets a value indicating whether an attribute makes no event without it.</summary>
    public bool IsRequired { get; private init; }

    /// <summary>Gets a value indicating whether a list of values makes one event of each.</summary>
    public bool MayBeList { get; private init; }

    /// <summary>Gets a value indicating whether a list of values is one value, written one after another, as the roles of a user are.</summary>
    public bool MayBeJoined { get; private init; }

    /// <summary>Gets a value indicating whether it says who a person is: <c>Privacy:Properties</c> decides whether it is sent.</summary>
    public bool IsPersonal { get; private init; }

    /// <summary>Gets a value indicating whether it must be an e-mail address.</summary>
    public bool IsEmail { get; private init; }

    public static EventProperty Text<T>(
        string member, string? name, Func<T, string?> get, Func<T, string?, T> set,
        bool isRequired = false, bool mayBeList = false, bool mayBeJoined = false, bool isPersonal = false, bool isEmail = false, string[][]? foundBy = null)
        where T : LifecycleEvent => new(member, name, ValueKind.Text, it => get((T)it), (it, value) => set((T)it, (string?)value), foundBy ?? [])
    {
        IsRequired = isRequired, MayBeList = mayBeList, MayBeJoined = mayBeJoined, IsPersonal = isPersonal, IsEmail = isEmail,
    };

    public static EventProperty Date<T>(string member, string name, Func<T, UtcDateTime?> get, Func<T, UtcDateTime?, T> set, params string[][] foundBy)
        where T : LifecycleEvent => new(member, name, ValueKind.Date, it => get((T)it), (it, value) => set((T)it, (UtcDateTime?)value), foundBy);

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

/// <summary>What a property of an event takes.</summary>
internal enum ValueKind
{
    /// <summary>Anything that is text or can be written as such.</summary>
    Text,

    /// <summary>A date, or text that is one.</summary>
    Date,

    /// <summary>Text, a number, a date, or a list of these.</summary>
    Simple,
}
