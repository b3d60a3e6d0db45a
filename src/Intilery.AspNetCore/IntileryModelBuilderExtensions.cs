using Intilery.AspNetCore.Outbox.EntityFramework;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Adds the tables of Intilery's outbox to the application's model.</summary>
public static class IntileryModelBuilderExtensions
{
    /// <summary>
    /// Adds the outbox's six tables to the model, with the names, schema and column names that the model's conventions give
    /// them. Call it at the end of <c>OnModelCreating</c> and add a migration; then
    /// call <c>AddIntilery().UseEntityFrameworkOutbox&lt;TContext&gt;()</c> to use them. Repeated calls have no effect.
    /// </summary>
    /// <param name="modelBuilder">The model builder of the application's context.</param>
    /// <returns>The same builder.</returns>
    /// <example>
    /// <code>
    /// protected override void OnModelCreating(ModelBuilder builder)
    /// {
    ///     base.OnModelCreating(builder);
    ///     builder.AddIntileryOutbox();
    /// }
    /// </code>
    /// </example>
    public static ModelBuilder AddIntileryOutbox(this ModelBuilder modelBuilder)
    {
        ArgumentNullException.ThrowIfNull(modelBuilder);
        OutboxModel.Configure(modelBuilder);
        return modelBuilder;
    }
}
