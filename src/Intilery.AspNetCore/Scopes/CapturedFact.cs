using System.Text.Json.Serialization;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Scopes;

/// <summary>Something that happened in the host. Plain data: it can be stored, and composed by another process.</summary>
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
    /// <summary>
    /// Gets the name of the event that it becomes or, if it becomes none by itself, a description. For logs and the page.
    /// </summary>
    [JsonIgnore]
    public abstract string EventName { get; }

    /// <summary>Gets the name for metrics, of low cardinality.</summary>
    [JsonIgnore]
    public virtual string Kind => EventName;

    /// <summary>Gets the event, if the application tracked it or a mapped row became it; otherwise <see langword="null"/>.</summary>
    [JsonIgnore]
    public virtual LifecycleEvent? TrackedEvent => null;

    /// <summary>Gets the unique key of the change, from which message ids are derived.</summary>
    public required string Key { get; init; }

    /// <summary>Gets the id of the user whom the change is about.</summary>
    public required string UserId { get; init; }

    /// <summary>Gets a value indicating whether the options exclude the user, as far as known at capture.</summary>
    public bool IsExcluded { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// Gets a value indicating whether the application's tenant resolver is to name the tenant when the scope commits. In a
    /// recovered intent it means that the answer is missing.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool AsksTenant { get; init; }

    /// <summary>
    /// Gets the question to the resolver; <see langword="null"/> if there is none, or if another process captured the fact.
    /// </summary>
    [JsonIgnore]
    public TenantQuestion? Question { get; init; }

    /// <summary>Returns the fact with a question whose answer it waits for.</summary>
    public CapturedFact Asking(TenantQuestion question) => this with { AsksTenant = true, Question = question };

    /// <summary>Returns the fact without its question, which holds the request and its principal, for what may outlive the scope.</summary>
    public CapturedFact WithoutQuestion() => Question is null ? this : this with { Question = null };

    /// <summary>Returns the fact in the tenant of its principal; unchanged, if the fact does not use it.</summary>
    public virtual CapturedFact WithTenant(string? tenantId) => this;
}
