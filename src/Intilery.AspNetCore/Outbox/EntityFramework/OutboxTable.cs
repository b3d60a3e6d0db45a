using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Intilery.AspNetCore.Outbox.EntityFramework;

/// <summary>A table of the outbox as the application's model names it, ready to be written into SQL.</summary>
internal sealed class OutboxTable
{
    private readonly IEntityType _type;
    private readonly StoreObjectIdentifier _table;
    private readonly ISqlGenerationHelper _sql;

    public OutboxTable(IModel model, Type type, ISqlGenerationHelper sql)
    {
        _type = model.FindEntityType(type)!;
        _table = StoreObjectIdentifier.Create(_type, StoreObjectType.Table)!.Value;
        _sql = sql;
        Name = sql.DelimitIdentifier(_table.Name, _table.Schema);
    }

    /// <summary>Gets the name with its schema, delimited.</summary>
    public string Name { get; }

    /// <summary>Returns the column of a property, delimited.</summary>
    public string this[string property] => _sql.DelimitIdentifier(_type.FindProperty(property)!.GetColumnName(_table)!);

    public string Columns(params ReadOnlySpan<string> properties)
    {
        var columns = new List<string>(properties.Length);
        foreach (var property in properties)
        {
            columns.Add(this[property]);
        }

        return string.Join(", ", columns);
    }
}
