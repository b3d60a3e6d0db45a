using System.Linq.Expressions;
using Intilery.AspNetCore.Capture.EntityFramework;
using Intilery.AspNetCore.Events;
using Microsoft.Extensions.DependencyInjection;

namespace Intilery.AspNetCore;

// Maps entities of the application.
public sealed partial class IntileryBuilder
{
    /// <summary>
    /// Maps members of the user type to the profile of a person, where they do not have the conventional names: a mapped property, one of
    /// an owned object (<c>u =&gt; u.Name.First</c>), or a computed one. What is not mapped is found by convention: <c>FirstName</c>,
    /// <c>GivenName</c>, <c>Forename</c>; <c>LastName</c>, <c>Surname</c>, <c>FamilyName</c>; <c>Title</c>; Identity's own e-mail address,
    /// phone number and user name; and <c>TenantId</c>, <c>OrganizationId</c>, <c>OrganisationId</c>, <c>OrgId</c> for the account. The
    /// start fails if no registered context's model holds the type. Of several calls for a type, the last counts.
    /// </summary>
    /// <typeparam name="TUser">The user entity: a class of Identity's, or any other whose key is one column.</typeparam>
    /// <param name="firstName">The first name. Default: by convention.</param>
    /// <param name="lastName">The last name. Default: by convention.</param>
    /// <param name="email">The e-mail address. Default: by convention.</param>
    /// <param name="phone">The phone number. Default: by convention.</param>
    /// <param name="username">The user name. Default: by convention.</param>
    /// <param name="title">The title. Default: by convention.</param>
    /// <param name="tenant">
    /// The account that the user belongs to: set, changed and cleared, it is Account Added User and Account Removed User. A column of
    /// the user's own. Default: by convention.
    /// </param>
    /// <param name="isDeleted">
    /// What marks a user as deleted, where rows are kept: <c>u =&gt; u.IsDeleted</c>, <c>u =&gt; !u.IsActive</c>, <c>u =&gt; u.DeletedAt !=
    /// null</c>. Default: <see langword="null"/>, which is the row itself.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">
    /// An expression reads no member of the user, or <paramref name="isDeleted"/> is of another form.
    /// </exception>
    /// <example><code>builder.Services.AddIntilery().MapUsers&lt;AppUser&gt;(title: user =&gt; user.JobTitle, isDeleted: user =&gt;
    /// user.DeletedAt != null);</code></example>
    public IntileryBuilder MapUsers<TUser>(
        Expression<Func<TUser, object?>>? firstName = null,
        Expression<Func<TUser, object?>>? lastName = null,
        Expression<Func<TUser, object?>>? email = null,
        Expression<Func<TUser, object?>>? phone = null,
        Expression<Func<TUser, object?>>? username = null,
        Expression<Func<TUser, object?>>? title = null,
        Expression<Func<TUser, object?>>? tenant = null,
        Expression<Func<TUser, bool>>? isDeleted = null)
        where TUser : class
    {
        var members = new Dictionary<ProfileMembers, MappedMember>();
        Add(ProfileMembers.FirstName, firstName, nameof(firstName));
        Add(ProfileMembers.LastName, lastName, nameof(lastName));
        Add(ProfileMembers.Email, email, nameof(email));
        Add(ProfileMembers.Phone, phone, nameof(phone));
        Add(ProfileMembers.Username, username, nameof(username));
        Add(ProfileMembers.Title, title, nameof(title));
        Services.AddSingleton<EntityMapping>(new UserMapping(
            typeof(TUser), members, MappedMember.OfOptional(tenant, nameof(tenant)), MappedFlag.OfOptional(isDeleted, nameof(isDeleted))));
        return this;

        void Add(ProfileMembers member, LambdaExpression? expression, string parameter)
        {
            if (expression is not null)
            {
                members.Add(member, MappedMember.Of(expression, parameter));
            }
        }
    }

    /// <summary>
    /// Maps an entity whose rows make users members of accounts. A new row sends Account Added User, and a row that disappears sends
    /// Account Removed User, wherever the save happens. A user whom several rows, or a stored tenant claim too, make a member of the same
    /// account is added with the first of them and removed with the last. If an account is deleted with Account Deleted, the removal of its
    /// members sends nothing. Rows that the database deletes by itself, as by a cascade, are not seen. The start fails if no registered
    /// context's model holds the type. Of several calls for a type, the last counts.
    /// </summary>
    /// <typeparam name="TMembership">The entity; its key may be of any shape.</typeparam>
    /// <param name="user">The user's key: a column of the entity, or a key over a navigation (<c>m =&gt; m.User.Id</c>).</param>
    /// <param name="account">The account's key, likewise.</param>
    /// <param name="role">
    /// The role, sent as <c>role</c>: mapped or computed. Default: <see langword="null"/>, which is <c>Tenant:RoleClaimType</c>'s, if any.
    /// </param>
    /// <param name="isDeleted">
    /// What marks a membership as ended, where rows are kept: <c>m =&gt; m.IsDeleted</c>, <c>m =&gt; !m.IsActive</c>, <c>m =&gt;
    /// m.DeletedAt != null</c>. Default: <see langword="null"/>, which is the row itself.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">
    /// An expression reads no member of the entity, or <paramref name="isDeleted"/> is of another form.
    /// </exception>
    /// <example><code>builder.Services.AddIntilery().MapMemberships&lt;TeamMember&gt;(member =&gt; member.UserId, member =&gt;
    /// member.TeamId, member =&gt; member.Role);</code></example>
    public IntileryBuilder MapMemberships<TMembership>(
        Expression<Func<TMembership, object?>> user,
        Expression<Func<TMembership, object?>> account,
        Expression<Func<TMembership, object?>>? role = null,
        Expression<Func<TMembership, bool>>? isDeleted = null)
        where TMembership : class
    {
        Services.AddSingleton<EntityMapping>(new MembershipMapping(
            typeof(TMembership),
            MappedMember.Of(user, nameof(user)),
            MappedMember.Of(account, nameof(account)),
            MappedMember.OfOptional(role, nameof(role)),
            MappedFlag.OfOptional(isDeleted, nameof(isDeleted))));
        return this;
    }

    /// <summary>
    /// Maps an entity whose rows are accounts. Within a capture scope, a new row sends Account Created, and a row that disappears sends
    /// Account Deleted with its last name, both about the user of the scope. A restored account is not created again. The start fails if no
    /// registered context's model holds the type. Of several calls for a type, the last counts.
    /// </summary>
    /// <typeparam name="TAccount">The entity.</typeparam>
    /// <param name="account">The account's id, as in your tenant claims: a column of the entity.</param>
    /// <param name="name">The name, sent as <c>account_name</c>: mapped or computed. Default: <see langword="null"/>, none.</param>
    /// <param name="isDeleted">
    /// What marks an account as deleted, where rows are kept: <c>t =&gt; t.IsDeleted</c>, <c>t =&gt; !t.IsActive</c>, <c>t =&gt;
    /// t.DeletedAt != null</c>. Default: <see langword="null"/>, which is the row itself.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">
    /// An expression reads no member of the entity, or <paramref name="isDeleted"/> is of another form.
    /// </exception>
    /// <example><code>builder.Services.AddIntilery().MapAccounts&lt;Team&gt;(team =&gt; team.Id, team =&gt; team.Name);</code></example>
    public IntileryBuilder MapAccounts<TAccount>(
        Expression<Func<TAccount, object?>> account,
        Expression<Func<TAccount, object?>>? name = null,
        Expression<Func<TAccount, bool>>? isDeleted = null)
        where TAccount : class
    {
        Services.AddSingleton<EntityMapping>(new AccountMapping(
            typeof(TAccount),
            MappedMember.Of(account, nameof(account)),
            MappedMember.OfOptional(name, nameof(name)),
            MappedFlag.OfOptional(isDeleted, nameof(isDeleted))));
        return this;
    }

    /// <summary>
    /// Maps an entity whose rows are trials. A row that becomes a trial with an end in the future sends Trial Started, and the trial clock
    /// sends Trial Ended at its end date. A row that stops being a trial, is deleted, or whose end is moved to now sends Trial Ended at
    /// once. The start fails if no registered context's model holds the type, or if the clock cannot run (see
    /// <see cref="IntileryOutboxOptions.SingleInstance"/>). Of several calls for a type, the last counts.
    /// </summary>
    /// <typeparam name="TTrial">The entity.</typeparam>
    /// <param name="trial">The trial's id: a column of the entity. It is the <c>TrialId</c> of events that are tracked by code.</param>
    /// <param name="account">The account's key: a column, or a key over a navigation (<c>s =&gt; s.Team.Id</c>).</param>
    /// <param name="end">When the trial ends. A time without a zone is UTC, a date its beginning in UTC.</param>
    /// <param name="start">When the trial starts. Default: <see langword="null"/>, not sent.</param>
    /// <param name="plan">The plan's name. Default: <see langword="null"/>, not sent.</param>
    /// <param name="isTrial">
    /// Whether the row is a trial, of columns of the row itself: <c>s =&gt; s.Status == Status.Trialing</c>. Default: <see
    /// langword="null"/>, every row that has an end.
    /// </param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">An expression reads no member of the entity.</exception>
    /// <example><code>builder.Services.AddIntilery().MapTrials&lt;Subscription&gt;(s =&gt; s.Id, s =&gt; s.TeamId, end: s =&gt; s.EndsAt,
    /// isTrial: s =&gt; s.IsTrial);</code></example>
    public IntileryBuilder MapTrials<TTrial>(
        Expression<Func<TTrial, object?>> trial,
        Expression<Func<TTrial, object?>> account,
        Expression<Func<TTrial, object?>> end,
        Expression<Func<TTrial, object?>>? start = null,
        Expression<Func<TTrial, object?>>? plan = null,
        Expression<Func<TTrial, bool>>? isTrial = null)
        where TTrial : class
    {
        Services.AddSingleton<EntityMapping>(new TrialMapping(
            typeof(TTrial),
            new TrialMembers(
                MappedMember.Of(trial, nameof(trial)), MappedMember.Of(account, nameof(account)), MappedMember.Of(end, nameof(end)))
            {
                Start = MappedMember.OfOptional(start, nameof(start)),
                Plan = MappedMember.OfOptional(plan, nameof(plan)),
                IsTrial = MappedMember.OfOptional(isTrial, nameof(isTrial)),
            }));
        return this;
    }
}
