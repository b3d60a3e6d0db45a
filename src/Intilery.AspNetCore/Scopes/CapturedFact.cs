using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Something that happened in the host. Plain data: it can be written down and given its meaning by another process.</summary>
[JsonDerivedType(typeof(UserCreated), "user-created")]
[JsonDerivedType(typeof(ProfileChanged), "profile-changed")]
[JsonDerivedType(typeof(UserConfirmed), "user-confirmed")]
[JsonDerivedType(typeof(UserDeleted), "user-deleted")]
[JsonDerivedType(typeof(MemberAdded), "member-added")]
[JsonDerivedType(typeof(MemberRemoved), "member-removed")]
[JsonDerivedType(typeof(RoleStored), "role-stored")]
[JsonDerivedType(typeof(RoleGiven), "role-given")]
[JsonDerivedType(typeof(SignInSucceeded), "sign-in")]
[JsonDerivedType(typeof(SignOutSucceeded), "sign-out")]
[JsonDerivedType(typeof(EventTracked), "event")]
[JsonDerivedType(typeof(UserIdentified), "traits")]
[JsonDerivedType(typeof(TrialMoved), "trial-moved")]
[JsonDerivedType(typeof(AccountRenamed), "account-renamed")]
internal abstract record CapturedFact
{
    /// <summary>Gets the name of the event that it makes; of what makes none by itself, what it is. For people.</summary>
    [JsonIgnore]
    public abstract string EventName { get; }

    /// <summary>Gets the name for metrics: one of a few.</summary>
    [JsonIgnore]
    public virtual string Kind => EventName;

    /// <summary>Gets the event, if the application tracks it or its own tables show it; <see langword="null"/> for all else.</summary>
    [JsonIgnore]
    public virtual LifecycleEvent? TrackedEvent => null;

    /// <summary>Gets what names this change and no other: message ids derive from it.</summary>
    public required string Key { get; init; }

    /// <summary>Gets the id of the user whom the change is about.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets a value indicating whether the user is one of those whom the options leave out, as far as it was seen.</summary>
    public bool IsExcluded { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// Gets a value indicating whether the application's tenant resolver is to name the tenant when the scope commits. In an intent that
    /// another process recovers it says that the answer is missing.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AsksTenant { get; init; }

    /// <summary>Gets the question to the resolver; <see langword="null"/> if there is none, or if another process knew it.</summary>
    [JsonIgnore]
    public TenantQuestion? Question { get; init; }

    /// <summary>Returns the same, waiting for the answer to a question.</summary>
    public CapturedFact Asking(TenantQuestion question) => this with { AsksTenant = true, Question = question };

    /// <summary>Returns the same in the tenant of the principal that it belongs to; as it is, if that makes no difference to it.</summary>
    public virtual CapturedFact WithTenant(string? tenantId) => this;
}
