using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Capture.EntityFramework;

/// <summary>Which entity types of a model are watched, and by what: Identity's own, and those that the application maps.</summary>
internal sealed class WatchedModel
{
    private readonly Dictionary<IEntityType, EntityWatch[]> _watches = [];

    public WatchedModel(IModel model, IReadOnlyList<EntityMapping> mappings, IOptionsMonitor<IntileryOptions> options)
    {
        foreach (var type in model.GetEntityTypes())
        {
            EntityWatch[] watches = [.. IdentityWatches.Of(type, mappings, options), .. Mapped(type, mappings)];
            if (watches.Length > 0)
            {
                _watches.Add(type, watches);
            }
        }

        SeesUnchanged = _watches.Values.Any(watches => watches.Any(watch => watch.SeesUnchanged));
        Memberships = [.. _watches.Values.SelectMany(watches => watches).OfType<MembershipWatch>().Select(watch => watch.Source)];
        Addresses = [.. _watches.Values.SelectMany(watches => watches).OfType<UserWatch>().Select(watch => watch.Addresses).OfType<MembershipSource>()];
        Roles = [.. _watches.Values.SelectMany(watches => watches).OfType<RoleClaimWatch>().Select(watch => watch.Source)];
    }

    public bool IsEmpty => _watches.Count == 0;

    /// <summary>Gets a value indicating whether unchanged entities are to be looked at too.</summary>
    public bool SeesUnchanged { get; }

    /// <summary>Gets every place in the model that says who is a member of what.</summary>
    public IReadOnlyList<MembershipSource> Memberships { get; }

    /// <summary>Gets where users' e-mail addresses are.</summary>
    public IReadOnlyList<MembershipSource> Addresses { get; }

    /// <summary>Gets the claims that may name a user's role in an account.</summary>
    public IReadOnlyList<MembershipSource> Roles { get; }

    public IReadOnlyList<EntityWatch>? WatchesOf(EntityEntry entry) => _watches.GetValueOrDefault(entry.Metadata);

    public UserWatch? UserWatchOf(EntityEntry entry) => WatchesOf(entry)?.OfType<UserWatch>().FirstOrDefault();

    // Users are Identity's to watch; a mapping only says more of them.
    private static IEnumerable<EntityWatch> Mapped(IEntityType type, IReadOnlyList<EntityMapping> mappings) =>
        mappings.Where(mapping => mapping is not UserMapping && mapping.Covers(type)).Select(mapping => mapping.Watch(type)).OfType<EntityWatch>();
}
