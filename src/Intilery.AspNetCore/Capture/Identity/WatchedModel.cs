using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Intilery.AspNetCore.Capture.Identity;

/// <summary>Which entity types of a model are Identity's users and claims; found once per model.</summary>
internal sealed class WatchedModel
{
    private static readonly ConditionalWeakTable<IModel, WatchedModel> _models = [];

    private readonly Dictionary<IEntityType, UserProperties> _users = [];
    private readonly HashSet<IEntityType> _claims = [];

    private WatchedModel(IModel model)
    {
        foreach (var type in model.GetEntityTypes())
        {
            // Walked by generic definition: "is IdentityUser" would miss every key type but string.
            if (Derives(type.ClrType, typeof(IdentityUser<>)))
            {
                _users.Add(type, new UserProperties(type));
            }
            else if (Derives(type.ClrType, typeof(IdentityUserClaim<>)))
            {
                _claims.Add(type);
            }
        }
    }

    public bool IsEmpty => _users.Count == 0 && _claims.Count == 0;

    public static WatchedModel Of(IModel model) => _models.GetValue(model, static model => new WatchedModel(model));

    public bool IsUser(IEntityType type, out UserProperties properties) => _users.TryGetValue(type, out properties!);

    public bool IsClaim(IEntityType type) => _claims.Contains(type);

    private static bool Derives(Type? type, Type definition)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == definition)
            {
                return true;
            }
        }

        return false;
    }
}
