<?xml version="1.0" encoding="UTF-8"?>
<!-- table.xsl - a table: caption, columns (side: left or right; under: a second line), rows of cells; a row's
     note stands in a last column. The first cell of a row is its heading. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">

  <xsl:template match="table">
    <div class="scroll" tabindex="0" role="group" aria-label="{@caption}">
      <table>
        <caption><xsl:value-of select="@caption"/></caption>
        <thead>
          <tr>
            <xsl:for-each select="column">
              <xsl:choose>
                <xsl:when test=". = ''"><td/></xsl:when>
                <xsl:otherwise>
                  <th scope="col" class="{@side}">
                    <xsl:value-of select="."/>
                    <xsl:if test="@under"><xsl:text> </xsl:text><small><xsl:value-of select="@under"/></small></xsl:if>
                  </th>
                </xsl:otherwise>
              </xsl:choose>
            </xsl:for-each>
          </tr>
        </thead>
        <tbody><xsl:apply-templates select="row"/></tbody>
      </table>
    </div>
    <xsl:if test="@note"><p class="dim"><xsl:value-of select="@note"/></p></xsl:if>
  </xsl:template>

  <xsl:template match="row">
    <xsl:variable name="columns" select="../column"/>
    <tr>
      <!-- comfort.js hides what is one pool's. -->
      <xsl:if test="$columns[1] = 'pool' and cell[1] != ''">
        <xsl:attribute name="data-pool"><xsl:value-of select="cell[1]"/></xsl:attribute>
      </xsl:if>
      <xsl:if test="@state"><xsl:attribute name="class"><xsl:value-of select="@state"/></xsl:attribute></xsl:if>
      <xsl:for-each select="cell">
        <xsl:variable name="at" select="position()"/>
        <xsl:choose>
          <xsl:when test="$at = 1">
            <th scope="row" class="{$columns[1]/@side}">
              <xsl:if test="string-length(.) &gt; 24">
                <xsl:attribute name="class"><xsl:value-of select="concat($columns[1]/@side, ' long')"/></xsl:attribute>
              </xsl:if><bdi><xsl:value-of select="."/></bdi></th>
          </xsl:when>
          <xsl:otherwise>
            <td class="{$columns[$at]/@side}">
              <xsl:if test="string-length(.) &gt; 24">
                <xsl:attribute name="class"><xsl:value-of select="concat($columns[$at]/@side, ' long')"/></xsl:attribute>
              </xsl:if>
              <xsl:if test="@span"><xsl:attribute name="colspan"><xsl:value-of select="@span"/></xsl:attribute></xsl:if>
              <bdi><xsl:value-of select="."/></bdi>
            </td>
          </xsl:otherwise>
        </xsl:choose>
      </xsl:for-each>
    </tr>
  </xsl:template>
</xsl:stylesheet>
