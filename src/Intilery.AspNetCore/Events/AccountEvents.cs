namespace Intilery.AspNetCore.Events;

/// <summary>A new account was created. <see cref="LifecycleEvent.GroupId"/> is the id of that account.</summary>
public sealed record AccountCreated : LifecycleEvent
{
    internal static readonly EventDefinition Specification = new(
        EventNames.AccountCreated,
        rank: 2,
        () => new AccountCreated(),
        AccountEvents.Name<AccountCreated>(it => it.AccountName, (it, name) => it with { AccountName = name }))
    {
        IsOfAccount = true, PrefersResult = true, SameBy = AccountEvents.Account,
    };

    /// <summary>Initializes a new instance of the <see cref="AccountCreated"/> record.</summary>
    public AccountCreated()
        : base(EventNames.AccountCreated)
    {
    }

    /// <summary>Gets the name of the account being created (<c>account_name</c>).</summary>
    public string? AccountName { get; init; }

    internal override EventDefinition Definition => Specification;
}

/// <summary>An account was deleted. <see cref="LifecycleEvent.GroupId"/> is the id of that account.</summary>
public sealed record AccountDeleted : LifecycleEvent
{
    internal static readonly EventDefinition Specification = new(
        EventNames.AccountDeleted,
        rank: 8,
        () => new AccountDeleted(),
        AccountEvents.Name<AccountDeleted>(it => it.AccountName, (it, name) => it with { AccountName = name }))
    {
        IsOfAccount = true, SameBy = AccountEvents.Account,
    };

    /// <summary>Initializes a new instance of the <see cref="AccountDeleted"/> record.</summary>
    public AccountDeleted()
        : base(EventNames.AccountDeleted)
    {
    }

    /// <summary>Gets the name of the account being deleted (<c>account_name</c>).</summary>
    public string? AccountName { get; init; }

    internal override EventDefinition Definition => Specification;
}

/// <summary>A user was added to an account. <see cref="LifecycleEvent.UserId"/> is the member.</summary>
public sealed record AccountAddedUser : LifecycleEvent
{
    internal static readonly EventDefinition Specification = new(
        EventNames.AccountAddedUser,
        rank: 3,
        () => new AccountAddedUser(),
        EventProperty.Text<AccountAddedUser>(
            nameof(Role),
            "role",
            it => it.Role,
            (it, role) => it with { Role = role },
            mayBeJoined: true,
            foundBy: [["MemberRole"], ["Role", "RoleName"]]))
    {
        IsOfMember = true, SameBy = AccountEvents.Account,
    };

    /// <summary>Initializes a new instance of the <see cref="AccountAddedUser"/> record.</summary>
    public AccountAddedUser()
        : base(EventNames.AccountAddedUser)
    {
    }

    /// <summary>Gets the permission group for this user in this account (<c>role</c>).</summary>
    public string? Role { get; init; }

    internal override EventDefinition Definition => Specification;
}

/// <summary>A user was removed from an account. <see cref="LifecycleEvent.UserId"/> is the member.</summary>
public sealed record AccountRemovedUser : LifecycleEvent
{
    internal static readonly EventDefinition Specification = new(EventNames.AccountRemovedUser, rank: 7, () => new AccountRemovedUser())
    {
        IsOfMember = true, SameBy = AccountEvents.Account,
    };

    /// <summary>Initializes a new instance of the <see cref="AccountRemovedUser"/> record.</summary>
    public AccountRemovedUser()
        : base(EventNames.AccountRemovedUser)
    {
    }

    internal override EventDefinition Definition => Specification;
}

/// <summary>Shared definitions of the account events.</summary>
internal static class AccountEvents
{
    /// <summary>A member is in an account once, and an account is created and deleted once: user and account identify the event.</summary>
    public static readonly Func<LifecycleEvent, string?, string?> Account = static (_, groupId) => groupId;

    public static EventProperty Name<T>(Func<T, string?> get, Func<T, string?, T> set)
        where T : LifecycleEvent => EventProperty.Text(
        nameof(AccountCreated.AccountName),
        "account_name",
        get,
        set,
        foundBy: [["AccountName", "TenantName", "OrganizationName", "OrganisationName", "OrgName", "TeamName", "WorkspaceName", "CompanyName"], ["Name"]]);
}
